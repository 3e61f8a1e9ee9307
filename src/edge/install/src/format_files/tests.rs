use super::*;
use crate::fixture::Fixture;
