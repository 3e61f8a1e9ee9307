//! Data source `aws_ami`: one image, by filters, owners and name.

use super::{filters, images, tagging};
use crate::cloud::describe::pages;
use crate::cloud::{Action, Region, Trouble};
use crate::fields::Fields;
use crate::planning::refused;
use crate::shape::{Definition, Shape, flag, of, text, text_map, texts};
use crate::source::Source;
use aws_sdk_ec2::types::{BlockDeviceMapping, Image, ImageState, VolumeType};
use regex_automata::meta::Regex;
use sdk::{Diagnostic, Finding, Findings};
use value::{Path, Type, Value};

pub(crate) struct Ami;

impl Source for Ami {
    fn definition(&self) -> Definition {
        Definition::new("aws_ami", "image", "One image that instances are started of.", shape())
            .regional()
            .timeouts(&[("read", 20)])
    }

    fn check(&self, config: &Fields, findings: &mut Findings) {
        if is_unsafe(config) == Some(true) {
            let summary = "The most recent image may be anybody's";
            let detail = "Images are not narrowed to an owner or an id, so that a stranger who publishes an image that \
                          fits becomes the one who is chosen. Set owners, or a filter for owner-id, image-id.";
            findings.push(match config.is_true("allow_unsafe_filter") {
                true => Finding { diagnostic: Diagnostic::warning(summary, detail), attribute: Path::ROOT },
                false => Finding {
                    diagnostic: Diagnostic::error(summary, detail),
                    attribute: Path::attribute("most_recent"),
                },
            });
        }
        if config.texts("owners").iter().any(String::is_empty) {
            findings
                .push(refused(Path::attribute("owners"), "An owner is an account, self, amazon or aws-marketplace."));
        }
    }

    async fn read(&self, region: &Region, object: &mut Fields) -> Result<(), Trouble> {
        let doing = "find the image";
        if is_unsafe(object) == Some(true) && !object.is_true("allow_unsafe_filter") {
            let why = "The most recent image may be anybody's: set owners, or a filter for owner-id or image-id.";
            return Err(Trouble::refused(doing, why).about("most_recent"));
        }
        let asked = &*object;
        let found = pages(|token| async move {
            let answer = region
                .ec2()
                .call(Action::read("DescribeImages"), |c| {
                    c.describe_images()
                        .set_executable_users(some(asked.texts("executable_users")))
                        .set_filters(filters::or_none(filters::written(asked)))
                        .set_owners(some(asked.texts("owners")))
                        .include_deprecated(asked.is_true("include_deprecated"))
                        .set_next_token(token.clone())
                        .send()
                })
                .await?;
            Ok((answer.images.unwrap_or_default(), answer.next_token))
        })
        .await
        .map_err(|why| why.while_doing(doing))?;
        let image = choose(doing, object, found)?;
        show(region, object, &image);
        Ok(())
    }
}

fn some(texts: Vec<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then_some(texts)
}

/// Whether the newest of everybody's images is asked for; none while that is not known.
fn is_unsafe(config: &Fields) -> Option<bool> {
    if config.is_unknown("most_recent") || config.is_unknown("owners") || config.is_unknown("filter") {
        return None;
    }
    let narrows = |filter: &Fields| matches!(filter.text("name"), Some("image-id" | "owner-id"));
    let narrowed = !config.texts("owners").is_empty() || config.blocks("filter").iter().any(narrows);
    Some(config.is_true("most_recent") && !narrowed)
}

fn choose(doing: &str, object: &Fields, mut found: Vec<Image>) -> Result<Image, Trouble> {
    if let Some(pattern) = object.filled_text("name_regex") {
        let pattern =
            Regex::new(pattern).map_err(|why| Trouble::refused(doing, why.to_string()).about("name_regex"))?;
        found.retain(|image| image.name().is_some_and(|name| !name.is_empty() && pattern.is_match(name)));
    }
    if found.len() > 1 && !object.is_true("most_recent") {
        let why = format!("{} images fit. Narrow the search, or set most_recent = true.", found.len());
        return Err(Trouble::refused(doing, why));
    }
    let newest = found.into_iter().max_by_key(|image| {
        let made = image.creation_date().and_then(images::moment);
        (made, image.creation_date().map(String::from), image.image_id().map(String::from))
    });
    newest.ok_or_else(|| Trouble::refused(doing, "No image fits. Check filters, owners, name and region."))
}

fn show(region: &Region, object: &mut Fields, image: &Image) {
    let id = image.image_id().unwrap_or_default();
    object.set_text("id", Some(id));
    object.set_text("image_id", Some(id));
    object.set_text("arn", Some(images::arn(region, id)));
    images::describe(object, image);
    for (name, found) in [
        ("creation_date", image.creation_date()),
        ("deprecation_time", image.deprecation_time()),
        ("description", image.description()),
        ("name", image.name()),
        ("root_device_type", image.root_device_type().map(|word| word.as_str())),
        ("state", image.state().map(ImageState::as_str)),
    ] {
        object.set_text(name, Some(found.unwrap_or_default()));
    }
    let devices = image.block_device_mappings().iter().map(device);
    object.set("block_device_mappings", Value::set(device_type(), devices));
    let codes = image.product_codes().iter().map(|code| {
        let kind = code.product_code_type().map(|word| word.as_str());
        object_of([("product_code_id", code.product_code_id()), ("product_code_type", kind)])
    });
    object.set("product_codes", Value::set(code_type(), codes));
    let reason = image.state_reason();
    let or_unset = |text: Option<&str>| Value::string(text.unwrap_or("UNSET"));
    let reason = [
        ("code", or_unset(reason.and_then(|reason| reason.code()))),
        ("message", or_unset(reason.and_then(|reason| reason.message()))),
    ];
    object.set("state_reason", Value::map(Type::String, reason));
    tagging::show_in_source(region, object, image.tags());
}

fn object_of<const N: usize>(texts: [(&'static str, Option<&str>); N]) -> Value {
    Value::object(texts.map(|(name, text)| (name, Value::string(text.unwrap_or_default()))))
}

fn device_type() -> Type {
    Type::object([
        ("device_name", Type::String),
        ("ebs", Type::map(Type::String)),
        ("no_device", Type::String),
        ("virtual_name", Type::String),
    ])
}

fn code_type() -> Type {
    Type::object([("product_code_id", Type::String), ("product_code_type", Type::String)])
}

/// Numbers and flags of the volume are texts in a map, as `hashicorp/aws` has them.
fn device(mapping: &BlockDeviceMapping) -> Value {
    let volume = mapping.ebs().map(|volume| {
        let number = |number: Option<i32>| Value::string(number.unwrap_or_default().to_string());
        let flag = |flag: Option<bool>| Value::string(flag.unwrap_or_default().to_string());
        [
            ("delete_on_termination", flag(volume.delete_on_termination())),
            ("encrypted", flag(volume.encrypted())),
            ("iops", number(volume.iops())),
            ("snapshot_id", Value::string(volume.snapshot_id().unwrap_or_default())),
            ("throughput", number(volume.throughput())),
            ("volume_size", number(volume.volume_size())),
            ("volume_type", Value::string(volume.volume_type().map_or("", VolumeType::as_str))),
        ]
    });
    let text = |text: Option<&str>| Value::string(text.unwrap_or_default());
    Value::object([
        ("device_name", text(mapping.device_name())),
        ("ebs", Value::map(Type::String, volume.into_iter().flatten())),
        ("no_device", text(None)),
        ("virtual_name", text(mapping.virtual_name())),
    ])
}

fn shape() -> Shape {
    let shape = images::described()
        .field(
            "allow_unsafe_filter",
            flag().optional().about("Only warn where the newest image of all owners is asked for."),
        )
        .field("block_device_mappings", of(Type::set(device_type())).computed().about("Volumes of its instances."))
        .field("creation_date", text().computed().about("When it was made."))
        .field("deprecation_time", text().computed().about("From when on it is deprecated."))
        .field("description", text().computed().about("What it is."))
        .field(
            "executable_users",
            texts().optional().about("Who may start it: accounts, `self`, or `all` for public images."),
        )
        .field("image_id", text().computed().about("Id of the image."))
        .field("include_deprecated", flag().default(false).about("Look among deprecated images too."))
        .field("most_recent", flag().default(false).about("Take the newest when several fit."))
        .field("name", text().computed().about("Name of the image."))
        .field(
            "name_regex",
            text().optional().check(check_pattern).about(
                "Regular expression that the name must fit. It is applied here, to all that the API finds: narrow that.",
            ),
        )
        .field("owners", texts().optional().check(check_some).about("Accounts, `self`, `amazon`, `aws-marketplace`."))
        .field("product_codes", of(Type::set(code_type())).computed().about("Products of the marketplace in it."))
        .field("root_device_type", text().computed().about("`ebs` or `instance-store`."))
        .field("state", text().computed().about("State, `available` when it can be used."))
        .field("state_reason", text_map().computed().about("Why it is in this state: `code` and `message`."))
        .field("tags", text_map().optional().computed().about("Tags of the image."))
        .field("uefi_data", text().optional().about("Not told by the API."));
    filters::with_filters(shape)
}

fn check_pattern(value: &Value) -> Result<(), String> {
    match value.as_str().map(Regex::new) {
        Some(Err(why)) => Err(format!("It is no regular expression: {why}.")),
        _ => Ok(()),
    }
}

fn check_some(value: &Value) -> Result<(), String> {
    match value.as_items() {
        Some([]) => Err("Name one owner at least, or leave it out.".into()),
        _ => Ok(()),
    }
}
