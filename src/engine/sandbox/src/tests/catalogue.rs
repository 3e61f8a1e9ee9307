use super::*;

#[test]
fn shipped_files_load_and_fit() {
    let catalogue = Catalogue::shipped().unwrap();
    assert_eq!(
        catalogue.providers().collect::<Vec<_>>(),
        ["registry.terraform.io/drform/aws", "registry.terraform.io/hashicorp/aws"]
    );
    let aws = Provider::default_for("aws");
    let schema = catalogue.schema(&aws).unwrap();
    assert_eq!((schema.resources.len(), schema.data_sources.len()), (26, 12));
    let ours = catalogue.schema(&Provider { namespace: "drform".into(), ..aws.clone() }).unwrap();
    assert_eq!((&ours.resources, &ours.data_sources), (&schema.resources, &schema.data_sources));
    let tofu = Provider { host: "registry.opentofu.org".into(), ..aws };
    assert!(catalogue.schema(&tofu).is_some(), "both public registries name the same provider");
}

#[test]
fn every_resource_type_has_an_overlay_and_every_row_a_source() {
    let catalogue = Catalogue::shipped().unwrap();
    for cloud in catalogue.clouds() {
        for name in cloud.schema.resources.keys() {
            let kind = cloud.overlay.resources.get(name).unwrap_or_else(|| panic!("{name} has no overlay"));
            assert!(!kind.source.is_empty() && !kind.rules.is_empty(), "{name}");
            assert!(kind.values.iter().all(|row| !row.source.is_empty()), "{name}");
            assert!(kind.rules.iter().all(|row| !row.source.is_empty()), "{name}");
        }
        assert!(cloud.schema.data_sources.keys().all(|name| cloud.overlay.data_sources.contains_key(name)));
        assert!(cloud.overlay.quotas.iter().all(|q| !q.source.is_empty()));
    }
}

/// What the provider says of its arguments, in the descriptions of its schema, the sandbox plans.
#[test]
fn defaults_and_replacements_are_those_of_the_provider() {
    let catalogue = Catalogue::shipped().unwrap();
    let mut different = Vec::new();
    for (name, schema) in &catalogue.clouds()[0].schema.resources {
        let kind = &catalogue.clouds()[0].overlay.resources[name];
        for (path, attribute) in attributes("", &schema.block) {
            let said = attribute.description.split_once("` when it is not written.").map(|(before, _)| before);
            let default = said.and_then(|before| before.rsplit_once('`')).map(|(_, shown)| shown);
            let row =
                kind.values.iter().find(|row| row.attribute.as_ref() == path && row.at == crate::overlay::At::Plan);
            let planned = row.and_then(|row| row.value.as_ref()).map(Json::to_string);
            let filled = row.is_some_and(|row| row.value.is_some());
            if default.map(str::to_owned) != planned
                && (default.is_some() || (filled && !attribute.description.is_empty()))
            {
                different.push(format!("{name}.{path} is {default:?} when it is not written, planned is {planned:?}"));
            }
            let replaces = attribute.description.contains("A change makes a new object.");
            // A path into a block is covered by the block, and blocks do not say what their changes do.
            let mut rows = kind.forces_replacement.iter();
            let covered =
                rows.any(|row| path == **row || path.strip_prefix(&**row).is_some_and(|p| p.starts_with('.')));
            let by_block = covered && path.contains('.');
            if replaces != covered && !by_block && !attribute.description.is_empty() {
                different
                    .push(format!("{name}.{path}: a change makes a new object: {replaces}, in the overlay: {covered}"));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// All attributes with their dotted paths.
fn attributes(at: &str, block: &Block) -> Vec<(String, configschema::Attribute)> {
    let own = block.attributes.iter().map(|(name, attribute)| (format!("{at}{name}"), attribute.clone()));
    let nested = block.blocks.iter().flat_map(|(name, nested)| attributes(&format!("{at}{name}."), &nested.block));
    own.chain(nested).collect()
}

/// Only `hashicorp/aws` has defaults of arguments that its schema does not call computed.
#[test]
fn tolerance_is_asked_for_where_it_is_needed() {
    let catalogue = Catalogue::shipped().unwrap();
    let cloud = &catalogue.clouds()[0];
    let tolerant = cloud
        .schema
        .resources
        .iter()
        .filter(|(name, schema)| crate::plan::fills_what_is_not_computed(schema, &cloud.overlay.resources[*name]));
    assert_eq!(tolerant.map(|(name, _)| name.as_ref()).collect::<Vec<&str>>(), ["aws_s3_bucket"]);
}

#[test]
fn wrong_overlays_are_refused() {
    let schema = r#"{"resource_schemas": {"a_b": {"version": 0, "block": {"attributes": {"x": {"type": "string"}}}}}}"#;
    let rows = [
        (r#"{"format": 2}"#, "format 2"),
        (r#"{"format": 1, "resources": {"a_c": {}}}"#, "no resource type a_c"),
        (r#"{"format": 1, "resources": {"a_b": {"forces_replacement": ["y"]}}}"#, "no attribute y"),
        (r#"{"format": 1, "resources": {"a_b": {"values": [{"attribute": "x"}]}}}"#, "exactly one way"),
        (r#"{"format": 1, "resources": {"a_b": {"values": [{"attribute": "x", "rule": "magic"}]}}}"#, "unknown rule"),
        (r#"{"format": 1, "resources": {"a_b": {"rules": [{"name": "magic", "source": ""}]}}}"#, "rule magic"),
        (r#"{"format": 1, "typo": 1}"#, "typo"),
    ];
    for (overlay, expected) in rows {
        let error = Catalogue::default().add("h/n/a", schema, Some(overlay)).unwrap_err();
        assert!(error.to_string().contains(expected), "{overlay}: {error}");
    }
}

#[test]
fn a_provider_without_overlay_is_played_from_its_schema_alone() {
    let schema = r#"{"resource_schemas": {"acme_thing": {"version": 0, "block": {"attributes": {
        "id": {"type": "string", "computed": true}, "name": {"type": "string", "required": true},
        "address": {"type": "string", "computed": true}, "ports": {"type": ["list", "number"], "computed": true}}}}}}"#;
    let mut catalogue = Catalogue::default();
    catalogue.add("registry.terraform.io/acme/acme", schema, None).unwrap();
    let provider = Provider { host: "registry.terraform.io".into(), namespace: "acme".into(), kind: "acme".into() };
    let mut sandbox = Sandbox::new("eu-central-1");
    sandbox.catalogue = catalogue;
    sandbox.provider.provider = provider;
    let thing = sandbox.made("acme_thing", json!({"name": "a"}));
    assert!(id(&thing).starts_with("acme_thing-0"), "{thing}");
    assert!(thing["address"].as_str().unwrap().starts_with("address-0"), "{thing}");
    assert_eq!(thing["ports"], json!([]));
    let other = sandbox.made("acme_thing", json!({"name": "b"}));
    assert_ne!(id(&thing), id(&other));
    sandbox.delete("acme_thing", &thing).unwrap();
    assert_eq!(sandbox.read("acme_thing", &thing), Json::Null);
}

#[test]
fn what_cannot_be_played_says_what_to_do() {
    let mut sandbox = Sandbox::new("eu-central-1");
    let config = Value::null(value::Type::Dynamic);
    let kind: Arc<str> = "aws_db_instance".into();
    let question = Question::ValidateResource { provider: sandbox.provider.clone(), kind, config: config.clone() };
    let unknown_type = sandbox.ask(question).diagnostics();
    sandbox.provider.provider = Provider::default_for("azurerm");
    let kind: Arc<str> = "azurerm_disk".into();
    let question = Question::ValidateResource { provider: sandbox.provider.clone(), kind, config };
    let unknown_provider = sandbox.ask(question).diagnostics();
    for (diagnostics, summary) in [
        (unknown_type, "The sandbox cannot play type aws_db_instance"),
        (unknown_provider, "The sandbox cannot play provider hashicorp/azurerm"),
    ] {
        let one = diagnostics.iter().next().unwrap();
        assert_eq!(one.summary, summary);
        assert!(one.next_step.as_deref().unwrap().starts_with("Run without -sandbox"));
    }
}

#[test]
fn provider_blocks_name_a_region() {
    let rows = [
        (json!({"region": "eu-central-1"}), None),
        (json!({"region": "?"}), None),
        (json!({}), Some("Missing region configuration")),
        (json!({"region": "eu-nowhere-1"}), Some("invalid AWS Region: eu-nowhere-1")),
    ];
    for (block, expected) in rows {
        let sandbox = Sandbox::with_provider(block.clone());
        let question =
            Question::ConfigureProvider { provider: sandbox.provider.clone(), config: sandbox.config.clone() };
        let found = sandbox.ask(question).diagnostics().iter().next().map(|d| d.summary.clone());
        assert_eq!(found.as_deref(), expected, "{block}");
    }
}
