//! Functions of providers: pure, so that no configuration is needed.

use crate::Plugin;
use crate::method::Method;
use configschema::FunctionError;
use diag::Diagnostics;
use tfplugin::tfplugin6::call_function as wire;
use tfplugin::{dynamic_value, read_dynamic_value};
use value::Value;

impl Plugin {
    /// Calls a function with arguments of the types of its parameters.
    ///
    /// # Errors
    /// When there is no such function, the provider cannot be reached, or the function says why it has no result.
    pub async fn call_function(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let wrong = |reason: String| FunctionError { argument: None, reason };
        let told = |diagnostics: Diagnostics| {
            let told: Vec<String> = diagnostics.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
            wrong(told.join("; "))
        };
        let declared = self.declared().await.map_err(told)?;
        let Some(function) = declared.schema.functions.get(name) else {
            return Err(told(self.no_such_type("function", name).into()));
        };
        let mut sent = Vec::with_capacity(arguments.len());
        for (i, argument) in arguments.iter().enumerate() {
            let Some(parameter) = function.parameter(i) else {
                return Err(wrong(format!("it takes {} arguments", function.parameters.len())));
            };
            sent.push(dynamic_value(argument, &parameter.ty));
        }
        let what = format!("call the function {name:?}");
        let message = wire::Request { name: name.to_string(), arguments: sent };
        let response: wire::Response = match self.call(Method::CallFunction, message).await {
            Ok(response) => response,
            Err(error) => return Err(told(self.call_failed(&what, &error).await.into())),
        };
        if let Some(error) = response.error {
            let argument = error.function_argument.and_then(|i| usize::try_from(i).ok());
            return Err(FunctionError { argument, reason: error.text });
        }
        read_dynamic_value(response.result.as_ref(), &function.result)
            .map_err(|why| told(self.invalid_object(&what, &why).into()))
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
