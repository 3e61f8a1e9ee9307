//! Functions of providers: pure, so that no configuration is needed.

use crate::Plugin;
use crate::method::Method;
use diag::{Diagnostic, Diagnostics};
use tfplugin::tfplugin6::call_function as wire;
use tfplugin::{dynamic_value, read_dynamic_value};
use value::Value;

impl Plugin {
    /// Calls a function. An argument that holds unknowns which its parameter does not allow makes the result unknown
    /// without a call.
    ///
    /// # Errors
    /// When there is no such function, arguments are too few, too many or null, or the function says why it has no
    /// result.
    pub async fn call_function(&self, name: &str, arguments: &[Value]) -> Result<Value, Diagnostics> {
        let declared = self.declared().await?;
        let Some(function) = declared.schema.functions.get(name) else {
            return Err(self.no_such_type("function", name).into());
        };
        let wrong = |why: String| {
            Diagnostics::from(
                Diagnostic::error("Error in function call", format!("The function {name:?} {why}")).about(self.name()),
            )
        };
        if arguments.len() < function.parameters.len() {
            return Err(wrong(format!("takes {} arguments, not {}.", function.parameters.len(), arguments.len())));
        }
        let mut sent = Vec::with_capacity(arguments.len());
        for (i, argument) in arguments.iter().enumerate() {
            let Some(parameter) = function.parameters.get(i).or(function.variadic.as_ref()) else {
                return Err(wrong(format!("takes {} arguments, not {}.", function.parameters.len(), arguments.len())));
            };
            if argument.is_null() && !parameter.allow_null {
                return Err(wrong(format!("must not be given null for {:?}.", parameter.name)));
            }
            if !parameter.allow_unknown && !argument.is_wholly_known() {
                return Ok(Value::unknown(function.result.clone()));
            }
            let converted = value::convert(argument, &parameter.ty)
                .map_err(|why| wrong(format!("cannot take the value given for {:?}: {why}.", parameter.name)))?;
            sent.push(dynamic_value(&converted, &parameter.ty));
        }
        let what = format!("call the function {name:?}");
        let message = wire::Request { name: name.to_string(), arguments: sent };
        let response: wire::Response = match self.call(Method::CallFunction, message).await {
            Ok(response) => response,
            Err(error) => return Err(self.call_failed(&what, &error).await.into()),
        };
        if let Some(error) = response.error {
            let index = error.function_argument.and_then(|i| usize::try_from(i).ok());
            let parameter = index.and_then(|i| function.parameters.get(i).or(function.variadic.as_ref()));
            let blamed = parameter.map_or(String::new(), |p| format!(" (argument {:?})", p.name));
            return Err(wrong(format!("failed{blamed}: {}", error.text)));
        }
        read_dynamic_value(response.result.as_ref(), &function.result)
            .map_err(|why| self.invalid_object(&what, &why).into())
    }

    /// Asks running calls to end early with whatever state they have. They are still to be waited for.
    ///
    /// Gives what the provider had to say, which is rarely anything.
    pub async fn interrupt(&self) -> Option<String> {
        use tfplugin::tfplugin6::stop_provider::{Request, Response};
        match self.call::<_, Response>(Method::Stop, Request {}).await {
            Ok(response) => Some(response.error).filter(|said| !said.is_empty()),
            Err(_) => None,
        }
    }
}
