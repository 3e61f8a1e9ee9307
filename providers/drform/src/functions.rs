//! The DR functions, as placement has them.

use sdk::{Function, FunctionError};
use std::sync::Arc;
use value::Value;

/// One function by name.
struct DrFunction {
    name: &'static str,
    signature: configschema::Function,
}

const NAMES: [&str; 5] = ["account_of", "key_region", "region_of", "same_key", "usable_zones"];

pub(crate) fn all() -> Vec<(&'static str, Arc<dyn Function>)> {
    let mut signatures = placement::dr_functions();
    let mut function = |name: &'static str| -> Option<(&'static str, Arc<dyn Function>)> {
        Some((name, Arc::new(DrFunction { name, signature: signatures.remove(name)? })))
    };
    NAMES.into_iter().filter_map(&mut function).collect()
}

impl Function for DrFunction {
    fn signature(&self) -> configschema::Function {
        self.signature.clone()
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        match placement::call_dr_function(self.name, arguments) {
            Some(Ok(value)) => Ok(value),
            Some(Err(why)) => Err(FunctionError { argument: Some(why.argument), text: why.reason }),
            None => Err(FunctionError { argument: None, text: format!("There is no function {:?}.", self.name) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_functions_are_served() {
        let served: Vec<&str> = all().into_iter().map(|(name, _)| name).collect();
        let known: Vec<String> = placement::dr_functions().keys().map(ToString::to_string).collect();
        assert_eq!(served, known);
    }
}
