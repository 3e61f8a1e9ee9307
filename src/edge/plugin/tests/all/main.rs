//! The host against providers that do everything wrong, and against one that speaks protocol 5.

mod hostile;
mod protocol5;
