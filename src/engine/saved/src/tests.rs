//! A plan that has something of everything comes back whole; a file of which any byte differs does not come back at all.

use crate::archive::{HEADER, hex, pack, unpack};
use crate::{Backend, CalledModule, Header, ModuleDir, SavedError, Snapshot, fingerprint, open, write};
use addrs::{InstanceKey, ModuleInstance, ModulePath, PartialInstance, ProviderConfig, ResourceInstance};
use calls::{ImportedBy, ObjectIdentity};
use configschema::{ProviderSchema, Schema};
use diag::Range;
use eval::{Checked, CheckedKind, ExprNode, Outcome};
use plan::{
    Action, ActionReason, Because, Complete, Deferred, Drift, ExecutionGraph, InstanceChange, Join, Joined, Mode,
    OutputChange, Plan, PlanOptions, Refresh, Schemas, Step, Targeting, Undeclared, Waiting,
};
use state::{InstanceState, Object, State, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use value::{Content, Marks, Number, Origin, Path, PathStep, Refinement, Type, Value};

const VERSION: &str = "9.8.7";

fn address(text: &str) -> ResourceInstance {
    addrs::parse_resource_instance(text).unwrap()
}

fn provider() -> ProviderConfig {
    addrs::parse_provider_config("module.m.provider[\"registry.terraform.io/hashicorp/x\"].y").unwrap()
}

fn schemas() -> Schemas {
    let thing = Arc::new(Schema { version: 3, ..Schema::default() });
    let schema = ProviderSchema { resources: [("x_thing".into(), thing)].into(), ..ProviderSchema::default() };
    [(provider().provider, Arc::new(schema))].into()
}

fn unknown(from: &str) -> Value {
    let promises = Refinement { not_null: true, prefix: Some("i-".into()), ..Refinement::default() };
    let path = Path(vec![PathStep::Attribute("a".into()), PathStep::Index(0), PathStep::Key("k".into())]);
    let origin = Origin { address: from.into(), path };
    Value::from(Content::Unknown(Type::String, Some(Arc::new(promises)), Some(Arc::new(origin))))
}

fn value() -> Value {
    Value::object([
        ("plain", Value::string("text\u{0}\u{1f980}\"")),
        ("secret", Value::string("in clear, for its owner").marked(Marks::SENSITIVE)),
        ("unknown", unknown("x_thing.a")),
        ("null", Value::null(Type::List(Arc::new(Type::Number)))),
        ("number", Value::number(Number::parse("1e400").unwrap())),
        ("half", Value::number(Number::from_f64(0.1).unwrap())),
        ("set", Value::set(Type::String, vec![Value::string("a"), Value::string("b")])),
        ("map", Value::map(Type::Bool, [("k", Value::bool(true))])),
        ("tuple", Value::tuple(vec![Value::int(1), unknown("data.x_thing.b[\"k\"]")])),
    ])
}

fn state(serial: u64) -> Arc<State> {
    let object = Object {
        schema_version: 3,
        // White space of attributes is not kept.
        attributes: "{}".into(),
        flat_attributes: None,
        sensitive: Arc::from([]),
        private: Arc::from(*b"\x00\xff"),
        status: Status::Tainted,
        dependencies: Arc::from([address("x_thing.b").config()]),
        create_before_destroy: true,
        skip_destroy: false,
        unread: BTreeMap::new(),
    };
    let instance = InstanceState {
        provider: provider(),
        current: Some(Arc::new(object.clone())),
        deposed: [("0badcafe".into(), Arc::new(object))].into(),
    };
    let instances = [(address("module.m[\"a b\"].x_thing.a[0]"), instance)].into();
    Arc::new(State {
        lineage: "line".into(),
        serial,
        terraform_version: "1.11.4".into(),
        instances,
        ..State::default()
    })
}

fn change(addr: &str, action: Action, reason: ActionReason) -> InstanceChange {
    let addr = address(addr);
    InstanceChange {
        schema: crate::schema_of(&schemas(), &provider().provider, &addr),
        addr,
        deposed: Some("0badcafe".into()),
        provider: provider(),
        action,
        reason,
        before: value(),
        after: value(),
        config: Value::null(Type::Dynamic),
        private: Arc::from(*b"\x01\x02"),
        prior_private: Arc::from([]),
        identity: Some(ObjectIdentity { version: 2, json: "{\"id\":1}".into() }),
        meta: Some(value()),
        replace_paths: vec![Path(vec![PathStep::Attribute("a".into())])],
        dependencies: Arc::from([address("module.m.data.x_thing.b").config()]),
        create_before_destroy: true,
        skip_destroy: true,
        declared_at: Some(Range::new("main.tf".into(), 3, 9)),
        importing: Some(ImportedBy::Id("i-1".into())),
    }
}

fn graph() -> ExecutionGraph {
    let path = ModulePath(vec!["m".into(), "n".into()]);
    let addr = address("module.m[\"a.b\"].x_thing.a[1]");
    let named = |make: fn(ModulePath, Arc<str>) -> ExprNode| Step::Evaluate(make(path.clone(), "v".into()));
    let join = |what, within| Step::Join(Join { what, resource: addr.config(), within });
    let within = ModuleInstance(vec![
        ("m".into(), InstanceKey::String("a".into())),
        ("n".into(), InstanceKey::Int(7)),
        ("o".into(), InstanceKey::None),
    ]);
    let steps = vec![
        Step::Evaluate(ExprNode::ModuleCall(path.clone())),
        named(ExprNode::Variable),
        named(ExprNode::VariableRules),
        named(ExprNode::Local),
        named(ExprNode::Output),
        named(ExprNode::Check),
        Step::Evaluate(ExprNode::Provider(provider())),
        Step::Evaluate(ExprNode::Resource(addr.config())),
        Step::Evaluate(ExprNode::ModuleDone(path.clone())),
        Step::Configure(provider()),
        Step::Open(address("ephemeral.x_token.t"), provider()),
        Step::Close(address("ephemeral.x_token.t").config()),
        Step::ReadData(address("data.x_thing.b")),
        Step::Depose(addr.clone(), "0badcafe".into()),
        Step::Create(addr.clone()),
        Step::Update(addr.clone()),
        Step::Delete(addr.clone(), None),
        Step::Delete(addr.clone(), Some("0badcafe".into())),
        Step::Forget(addr.clone(), None),
        Step::Forget(addr.clone(), Some("0badcafe".into())),
        Step::Complete(addr.config()),
        join(Joined::DeletesFirst, None),
        join(Joined::DependentDeletes, Some(within)),
        join(Joined::DependentDeletesFirst, None),
        join(Joined::DependentChanges, Some(ModuleInstance::ROOT)),
        join(Joined::Changes, None),
    ];
    let after = (0..steps.len()).map(|place| (0..place.min(3)).collect()).collect();
    ExecutionGraph { steps, after }
}

fn waiting() -> Arc<Waiting> {
    Arc::new(Waiting {
        block: "module.m[\"a b\"].x_thing.a".into(),
        argument: "count".into(),
        range: Range::new("main.tf".into(), 3, 9),
        on: vec!["x_thing.b.id".into()],
    })
}

fn deferred() -> Vec<Deferred> {
    let addr = address("module.m[\"a b\"].x_thing.a[0]");
    let many = PartialInstance::all(addr.module.clone(), Vec::new(), addr.resource.clone());
    let below = PartialInstance::all(ModuleInstance::ROOT, vec!["m".into()], addr.resource.clone());
    let whats = [
        (many, Action::Create, Because::Keys(waiting())),
        (below, Action::Create, Because::Prerequisite("x_thing.b".into())),
        (PartialInstance::one(&addr), Action::Delete, Because::Used("x_thing.b".into())),
    ];
    let one = |(addr, action, because): (PartialInstance, Action, Because)| Deferred {
        addr,
        deposed: (action == Action::Delete).then(|| "0badcafe".into()),
        provider: provider(),
        schema: Arc::new(Schema { version: 3, ..Schema::default() }),
        action,
        reason: ActionReason::None,
        because,
        before: value(),
        after: Value::null(Type::Dynamic),
        there: vec![address("x_thing.c")],
        declared_at: (action == Action::Create).then(|| Range::new("main.tf".into(), 1, 2)),
    };
    whats.into_iter().map(one).collect()
}

fn plan() -> Plan {
    let verdicts = [Outcome::Passed, Outcome::Failed("no".into()), Outcome::Unknown, Outcome::Invalid];
    let verdicts = verdicts.into_iter().enumerate().map(|(i, o)| (("main.tf".to_string(), i as u32), o)).collect();
    let checked = |kind, objects| Checked { kind, config: "x_thing.a".into(), rules: 4, objects };
    Plan {
        mode: Mode::RefreshOnly,
        changes: vec![
            change("module.m[\"a b\"].x_thing.a[0]", Action::DeleteThenCreate, ActionReason::ReplaceByTriggers),
            InstanceChange {
                deposed: None,
                identity: None,
                meta: None,
                declared_at: None,
                importing: Some(ImportedBy::Identity(ObjectIdentity { version: 0, json: "{}".into() })),
                ..change("data.x_gone.b[\"\\\"\"]", Action::Read, ActionReason::None)
            },
        ],
        drift: vec![Drift {
            addr: address("module.m[\"a b\"].x_thing.a[0]"),
            schema: Arc::new(Schema { version: 3, ..Schema::default() }),
            before: value(),
            after: Value::null(Type::Dynamic),
        }],
        outputs: [(
            "o".into(),
            OutputChange {
                before: Value::null(Type::Dynamic),
                after: value(),
                sensitive: true,
                action: Action::Create,
            },
        )]
        .into(),
        execution: graph(),
        refreshed: state(8),
        prior: state(7),
        moved: [(address("x_thing.new"), address("x_thing.old[\"k\"]"))].into(),
        provider_configs: [(provider(), value())].into(),
        values: [(address("x_thing.a"), value())].into(),
        functions: [("p::f [\"a\"]".to_string(), value())].into_iter().collect(),
        checked: vec![
            checked(CheckedKind::Resource, Some([("x_thing.a".to_string(), verdicts)].into())),
            checked(CheckedKind::Check, None),
        ],
        deferred: deferred(),
        awaited: vec![waiting()],
        left: 2,
        complete: Complete::Errored,
        relevant: vec![
            (address("x_thing.a[0]"), Path(vec![PathStep::Attribute("a".into()), PathStep::Index(1)])),
            (address("data.x_thing.b[\"k\"]"), Path::ROOT),
        ],
        targeting: targeting(),
        generated: [(address("x_thing.a"), "resource \"x_thing\" \"a\" {}".into())].into(),
    }
}

fn targeting() -> Targeting {
    Targeting::Except(vec![
        addrs::parse_target("module.m[\"k\"].x_thing.a[0]").unwrap(),
        addrs::parse_target("module.n").unwrap(),
    ])
}

fn header() -> Header {
    let text = |text: &str| Arc::<str>::from(text);
    let plan = plan();
    let fingerprints = schemas().iter().map(|(p, s)| (p.clone(), fingerprint(p, s, &plan))).collect();
    Header {
        drform: VERSION.into(),
        timestamp: "2026-11-23T00:00:00Z".into(),
        workspace: "w".into(),
        sandbox: true,
        backend: Backend { path: Some("p".into()), workspace_dir: None },
        options: PlanOptions {
            mode: Mode::Destroy,
            refresh: Refresh::No,
            replace: BTreeSet::from([address("x_thing.a")]),
            blocked: BTreeSet::from([address("x_thing.b[0]")]),
            targeting: targeting(),
            undeclared: Undeclared::Refused,
        },
        seed: u64::MAX,
        variables: [("v".into(), value())].into(),
        ephemeral: BTreeSet::from(["e".into()]),
        schemas: fingerprints,
        configuration: Snapshot {
            directories: vec![ModuleDir { dir: ".".into(), files: vec![(text("main.tf"), text("# {}\n"))] }],
            calls: vec![CalledModule {
                from_dir: ".".into(),
                source: "./m".into(),
                module: ModulePath(vec!["m".into()]),
                dir: "m".into(),
            }],
            dr_files: vec![(text("a.dr.hcl"), text(""))],
        },
        lock_file: Some("provider \"x\" {}\n".into()),
        files_read: [("policy.json".into(), hex(b"{}").into())].into(),
    }
}

#[test]
fn everything_comes_back() {
    let bytes = write(&header(), &plan()).unwrap();
    assert_eq!(bytes, write(&header(), &plan()).unwrap(), "the same plan has the same bytes");
    let opened = open(&bytes, VERSION).unwrap();
    assert_eq!(opened.header, header());
    let read = opened.plan(&schemas()).unwrap();
    // Debug shows origins and marks, which equality of values leaves out.
    let (read, written) = (format!("{read:#?}"), format!("{:#?}", plan()));
    for (number, (read, written)) in read.lines().zip(written.lines()).enumerate() {
        assert_eq!(read, written, "line {number}");
    }
    assert_eq!(read.len(), written.len());
}

#[test]
fn nothing_ephemeral_is_written() {
    let secret = || Value::string("CANARY").marked(Marks::EPHEMERAL.union(Marks::SENSITIVE));
    let mut plan = plan();
    let nested = Value::object([("a", Value::tuple(vec![secret()])), ("b", Value::object([("c", secret())]))]);
    plan.values.insert(address("x_thing.z"), nested);
    let bytes = write(&header(), &plan).unwrap();
    assert!(!unpack(&bytes).unwrap().needed("plan.json").unwrap().contains("CANARY"));
    let read = open(&bytes, VERSION).unwrap().plan(&schemas()).unwrap();
    let kept = read.values.get(&address("x_thing.z")).and_then(|v| v.get("b")).and_then(|v| v.get("c")).unwrap();
    assert!(!kept.is_known() && kept.marks.contains(Marks::EPHEMERAL));
}

#[test]
fn no_byte_can_be_changed() {
    let bytes = write(&header(), &plan()).unwrap();
    for place in 0..bytes.len() {
        let mut edited = bytes.clone();
        edited[place] ^= 0x20;
        assert!(open(&edited, VERSION).is_err(), "byte {place} of {}", bytes.len());
    }
    for length in (0..bytes.len()).step_by(23) {
        assert!(open(&bytes[..length], VERSION).is_err(), "the first {length} bytes");
    }
    let longer = [bytes.as_slice(), b"0"].concat();
    assert_eq!(open(&longer, VERSION).err(), Some(SavedError::Damaged));
}

#[test]
fn what_is_no_plan_of_ours_is_named() {
    let said = |bytes: &[u8]| open(bytes, VERSION).err().unwrap().to_string();
    assert_eq!(said(b""), "It is an empty file.");
    assert_eq!(said(b"{\"version\": 4}"), "It is JSON, such as a state, and no plan.");
    assert_eq!(said(b"resource {}"), "It is some other kind of file.");
    let theirs = pack(&[("tfplan", String::new())]).unwrap();
    assert_eq!(said(&theirs), "It is a plan that Terraform or OpenTofu saved: only they can apply it.");
    assert_eq!(said(&pack(&[("a", String::new())]).unwrap()), "It is an archive of something else.");
    let bytes = write(&header(), &plan()).unwrap();
    assert!(said(&bytes[..bytes.len() - 1]).contains("cut off or edited"));
    let other = open(&bytes, "9.8.8").err().unwrap();
    assert_eq!(other.to_string(), "drform 9.8.7 wrote it. Plans are not carried from one version to another.");
}

/// Whoever edits a plan and mends its digest gets a refusal, or a plan: never a panic.
#[test]
fn edited_plans_with_a_good_digest_do_no_harm() {
    let bytes = write(&header(), &plan()).unwrap();
    let names = [HEADER, "configuration.json", "lock.hcl", "prior.tfstate", "refreshed.tfstate", "plan.json"];
    let entries: Vec<(&str, String)> = {
        let mut unpacked = unpack(&bytes).unwrap();
        names.iter().map(|name| (*name, unpacked.needed(name).unwrap())).collect()
    };
    for (edited, _) in &entries {
        let lengths: Vec<usize> = entries.iter().map(|(_, text)| text.len()).collect();
        let of = names.iter().position(|name| name == edited).unwrap();
        for place in (0..lengths[of]).step_by(41) {
            let mut all = entries.clone();
            let text = &mut all[of].1;
            let Some(rest) = text.get(place..).filter(|_| text.is_char_boundary(place)) else { continue };
            // A number for a text, a list for an object, and what follows is gone.
            *text = format!("{}{}", &text[..place], rest.replacen(['"', '{', '['], "1", 1));
            if let Ok(opened) = open(&pack(&all).unwrap(), VERSION) {
                let _plan_or_refusal = opened.plan(&schemas());
            }
        }
        let without: Vec<_> = entries.iter().filter(|(name, _)| name != edited).cloned().collect();
        let opened = open(&pack(&without).unwrap(), VERSION);
        assert_eq!(opened.is_ok(), *edited == "lock.hcl", "without {edited}");
    }
}

#[test]
fn an_order_that_never_ends_is_refused() {
    let mut plan = plan();
    plan.execution.after[0] = vec![5];
    plan.execution.after[5] = vec![0];
    let bytes = write(&header(), &plan).unwrap();
    let refused = open(&bytes, VERSION).unwrap().plan(&schemas()).err();
    assert_eq!(refused, Some(SavedError::part("the order of the steps")));
}

#[test]
fn fingerprints_tell_schemas_apart() {
    let (plan, provider) = (plan(), provider().provider);
    let of = |version| {
        let thing = Arc::new(Schema { version, ..Schema::default() });
        let schema = ProviderSchema { resources: [("x_thing".into(), thing)].into(), ..ProviderSchema::default() };
        fingerprint(&provider, &schema, &plan)
    };
    assert_eq!(of(3), of(3));
    assert_ne!(of(3), of(4));
    assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
