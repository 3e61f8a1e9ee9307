//! `timeadd(timestamp, duration)`
use super::CallError;
use super::shared::moment::{Moment, duration};
use super::shared::signature::{Function, Kind, Parameter, text};

pub(super) const FUNCTION: Function =
    Function::new(&[Parameter::text("timestamp"), Parameter::text("duration")], Kind::Text, |call| {
        let moment = Moment::parse(call.text(0)).map_err(CallError::new)?;
        text(moment.after(duration(call.text(1)).map_err(CallError::new)?).to_string())
    });
