//! Identities of objects, between the JSON text of states and messages.

use crate::Plugin;
use crate::ask::Asked;
use crate::method::Method;
use crate::trouble::diagnostics;
use calls::ObjectIdentity;
use configschema::IdentitySchema;
use diag::{Diagnostic, Diagnostics};
use tfplugin::tfplugin6 as wire;
use tfplugin::{DecodeError, decode_json, dynamic_value, read_dynamic_value};
use value::{Path, Value, json};

/// What goes out: nothing where there is no identity, or the provider knows none any more.
pub(crate) fn to_wire(
    schema: Option<&IdentitySchema>,
    identity: Option<&ObjectIdentity>,
) -> Option<wire::ResourceIdentityData> {
    let ty = schema?.ty();
    let value = decode_json(identity?.json.as_bytes(), &ty).ok()?;
    Some(wire::ResourceIdentityData { identity_data: Some(dynamic_value(&value, &ty)) })
}

/// What came: none where it says nothing.
///
/// # Errors
/// It does not conform to its schema, or holds unknown values.
pub(crate) fn from_wire(
    schema: Option<&IdentitySchema>,
    message: Option<&wire::ResourceIdentityData>,
) -> Result<Option<ObjectIdentity>, DecodeError> {
    let (Some(schema), Some(data)) = (schema, message.and_then(|message| message.identity_data.as_ref())) else {
        return Ok(None);
    };
    read_dynamic_value(Some(data), &schema.ty()).and_then(|value| kept(schema, &value))
}

/// The identity as it is kept.
fn kept(schema: &IdentitySchema, value: &Value) -> Result<Option<ObjectIdentity>, DecodeError> {
    let wrong = |reason: String| DecodeError { path: Path::ROOT, reason };
    if !value.is_wholly_known() {
        return Err(wrong("it holds unknown values".into()));
    }
    if value.is_null() || value.children().all(|(_, part)| part.is_null()) {
        return Ok(None);
    }
    let node = json::encode(value, &schema.ty()).map_err(|why| wrong(why.to_string()))?;
    Ok(Some(ObjectIdentity { version: schema.version, json: node.print().into() }))
}

impl Plugin {
    /// Brings a stored identity to the current identity schema; one of a provider that has none any more is left out.
    pub(crate) async fn upgraded_identity(
        &self,
        asked: &Asked<'_>,
        stored: Option<&ObjectIdentity>,
    ) -> Result<Option<ObjectIdentity>, Diagnostics> {
        use wire::upgrade_resource_identity::{Request, Response};
        let (Some(schema), Some(stored)) = (asked.identity(), stored) else { return Ok(None) };
        if stored.version > schema.version {
            let detail = format!(
                "The identity of the object was last written by a newer version of the provider {} (identity schema \
                 version {}; this one knows {}).",
                self.name(),
                stored.version,
                schema.version
            );
            let diagnostic = Diagnostic::error("Resource instance managed by newer provider version", detail);
            return Err(diagnostic.about(self.name()).next("Use a newer version of the provider.").into());
        }
        if stored.version == schema.version {
            let value = decode_json(stored.json.as_bytes(), &schema.ty());
            return value
                .and_then(|value| kept(schema, &value))
                .map_err(|why| self.invalid_identity(asked, &why).into());
        }
        let request = Request {
            type_name: asked.name.to_string(),
            version: i64::try_from(stored.version).unwrap_or(i64::MAX),
            raw_identity: Some(wire::RawState { json: stored.json.to_string().into(), ..Default::default() }),
        };
        let response: Response = self.asked(Method::UpgradeIdentity, request, &asked.what).await?;
        let said = diagnostics(response.diagnostics);
        if said.has_errors() {
            return Err(said);
        }
        from_wire(Some(schema), response.upgraded_identity.as_ref())
            .map_err(|why| self.invalid_identity(asked, &why).into())
    }

    /// The error about an identity that is none.
    pub(crate) fn invalid_identity(&self, asked: &Asked<'_>, why: &DecodeError) -> Diagnostic {
        invalid(self.name(), &asked.what, why)
    }
}

/// The error about an identity that is none, in Terraform's words.
pub(crate) fn invalid(provider: &str, what: &str, why: &DecodeError) -> Diagnostic {
    let place = if why.path == Path::ROOT { String::new() } else { format!(" at {}", why.path) };
    let detail = format!("Asked to {what}, the provider {provider} gave an invalid identity{place}: {}.", why.reason);
    Diagnostic::error("Provider produced invalid identity", detail)
        .about(provider)
        .next("This is a fault of the provider: report it to its authors.")
}
