use super::*;
use crate::codec::tests::{addr, begin, intent, object, provider_config};
use crate::{Act, How, IntentId, Outcome};
use state::{Object, OutputState, Status};
use value::{Type, Value};

const LINEAGE: &str = "l";

fn instance(id: &str) -> Arc<InstanceState> {
    Arc::new(InstanceState {
        provider: provider_config(),
        current: Some(Arc::new(object(id))),
        deposed: BTreeMap::new(),
    })
}

fn state_of(serial: u64, instances: &[(&str, &str)]) -> State {
    let mut state = State { lineage: LINEAGE.into(), serial, terraform_version: "1.0.0".into(), ..State::default() };
    for (at, id) in instances {
        state.instances.insert(addr(at), (*instance(id)).clone());
    }
    state
}

fn ask(id: u64, act: Act, at: &str) -> Record {
    Record::Intent(Arc::new(intent(id, act, at)))
}

fn is_now(id: u64, object_id: &str) -> Record {
    Record::Outcome { intent: IntentId(id), outcome: Outcome::Object(Arc::new(object(object_id))) }
}

fn ended(id: u64, outcome: Outcome) -> Record {
    Record::Outcome { intent: IntentId(id), outcome }
}

fn was(at: &str, id: &str) -> Record {
    Record::Before { addr: addr(at), instance: instance(id) }
}

/// `address=id` for current, `address~key=id` for deposed objects.
fn shown(state: &State) -> String {
    let id = |object: &Object| {
        object.attributes.split('"').nth(3).unwrap_or("").to_owned()
            + if object.status == Status::Tainted { "!" } else { "" }
    };
    let mut all = Vec::new();
    for (at, instance) in &state.instances {
        all.extend(instance.current.iter().map(|o| format!("{at}={}", id(o))));
        all.extend(instance.deposed.iter().map(|(key, o)| format!("{at}~{key}={}", id(o))));
    }
    all.join(" ")
}

/// Folds, and checks what every fold must hold.
fn folded(prior: &State, records: &[Record]) -> Folded {
    let first = fold(prior, records).unwrap();
    let changed = !state::content_equal(prior, &first.state);
    assert_eq!(first.state.serial, prior.serial + u64::from(changed));
    let again = fold(&first.state, records).unwrap();
    assert_eq!(again.state, first.state, "folding twice changes nothing");
    assert_eq!(again.unresolved, first.unresolved);
    // What the file makes of it is as good.
    let text = state::v4::print(&first.state);
    let reread = state::v4::parse(&text).unwrap();
    assert_eq!(state::v4::print(&fold(&reread, records).unwrap().state), text);
    // So is a fold in the middle of the run.
    for cut in 1..records.len() {
        let half = fold(prior, &records[..cut]).unwrap();
        let whole = fold(&half.state, records).unwrap();
        assert!(state::content_equal(&whole.state, &first.state), "cut at {cut}");
        assert_eq!(whole.conflicts, first.conflicts);
    }
    // What is carried over keeps the unresolved, and changes nothing.
    let carried = fold(&first.state, first.carry_over()).unwrap();
    assert_eq!(carried.unresolved, first.unresolved);
    assert_eq!(carried.state, first.state);
    first
}

/// Name, state before, records, state after, number of unresolved intents.
type Story = (&'static str, &'static [(&'static str, &'static str)], Vec<Record>, &'static str, usize);

/// Name, state that another tool left, state after, addresses that are reported.
type Meddling = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static [&'static str]);

#[test]
fn stories() {
    let tainted = Arc::new(Object { status: Status::Tainted, ..object("half") });
    let key: state::DeposedKey = "0badcafe".into();
    let deposed_delete =
        Record::Intent(Arc::new(Intent { deposed: Some(key.clone()), ..intent(2, Act::Delete, "t.a") }));
    let depose = || Record::Deposed { addr: addr("t.a"), key: key.clone() };
    let restore = || Record::Restored { addr: addr("t.a"), key: key.clone() };
    let rows: Vec<Story> = vec![
        ("nothing", &[("t.a", "1")], vec![], "t.a=1", 0),
        ("create", &[], vec![ask(1, Act::Create, "t.a"), is_now(1, "1")], "t.a=1", 0),
        ("create, end", &[], vec![ask(1, Act::Create, "t.a"), is_now(1, "1"), Record::End], "t.a=1", 0),
        ("create fails", &[], vec![ask(1, Act::Create, "t.a"), ended(1, Outcome::Nothing)], "", 0),
        (
            "create half",
            &[],
            vec![ask(1, Act::Create, "t.a"), ended(1, Outcome::Object(tainted.clone()))],
            "t.a=half!",
            0,
        ),
        (
            "create, then provision, while a deposed object is deleted",
            &[("t.a", "1")],
            vec![
                was("t.a", "1"),
                depose(),
                ask(1, Act::Create, "t.a"),
                ended(1, Outcome::Object(tainted)),
                deposed_delete.clone(),
                Record::Provisioned { addr: addr("t.a") },
                ended(2, Outcome::Gone),
            ],
            "t.a=half",
            0,
        ),
        ("create in doubt", &[], vec![ask(1, Act::Create, "t.a")], "", 1),
        ("update", &[("t.a", "1")], vec![was("t.a", "1"), ask(1, Act::Update, "t.a"), is_now(1, "2")], "t.a=2", 0),
        ("update in doubt", &[("t.a", "1")], vec![was("t.a", "1"), ask(1, Act::Update, "t.a")], "t.a=1", 1),
        (
            "update, gone",
            &[("t.a", "1")],
            vec![was("t.a", "1"), ask(1, Act::Update, "t.a"), ended(1, Outcome::Gone)],
            "",
            0,
        ),
        (
            "delete",
            &[("t.a", "1"), ("t.b", "2")],
            vec![was("t.a", "1"), ask(1, Act::Delete, "t.a"), ended(1, Outcome::Gone)],
            "t.b=2",
            0,
        ),
        (
            "delete fails",
            &[("t.a", "1")],
            vec![was("t.a", "1"), ask(1, Act::Delete, "t.a"), ended(1, Outcome::Nothing)],
            "t.a=1",
            0,
        ),
        (
            "delete, then create",
            &[("t.a", "1")],
            vec![
                was("t.a", "1"),
                ask(1, Act::Delete, "t.a"),
                ended(1, Outcome::Gone),
                ask(2, Act::Create, "t.a"),
                is_now(2, "2"),
            ],
            "t.a=2",
            0,
        ),
        (
            "create, then delete",
            &[("t.a", "1")],
            vec![
                was("t.a", "1"),
                depose(),
                ask(1, Act::Create, "t.a"),
                is_now(1, "2"),
                deposed_delete.clone(),
                ended(2, Outcome::Gone),
            ],
            "t.a=2",
            0,
        ),
        (
            "create, then delete in doubt",
            &[("t.a", "1")],
            vec![was("t.a", "1"), depose(), ask(1, Act::Create, "t.a"), is_now(1, "2"), deposed_delete.clone()],
            "t.a=2 t.a~0badcafe=1",
            1,
        ),
        (
            "create fails, old restored",
            &[("t.a", "1")],
            vec![was("t.a", "1"), depose(), ask(1, Act::Create, "t.a"), ended(1, Outcome::Nothing), restore()],
            "t.a=1",
            0,
        ),
        (
            "create in doubt over deposed",
            &[("t.a", "1")],
            vec![was("t.a", "1"), depose(), ask(1, Act::Create, "t.a")],
            "t.a~0badcafe=1",
            1,
        ),
        (
            "recovered in a later run",
            &[],
            vec![
                ask(1, Act::Create, "t.a"),
                begin(LINEAGE, 5),
                Record::Resolved {
                    intent: IntentId(1),
                    how: How::FoundByToken,
                    outcome: Outcome::Object(Arc::new(object("1"))),
                },
                Record::End,
            ],
            "t.a=1",
            0,
        ),
        (
            "goes on after another tool took away what the first run made",
            &[],
            vec![
                ask(1, Act::Create, "t.a"),
                is_now(1, "1"),
                ask(2, Act::Create, "t.b"),
                Record::End,
                begin(LINEAGE, 6),
                ask(3, Act::Create, "t.a"),
                is_now(3, "2"),
                Record::End,
            ],
            "t.a=2",
            1,
        ),
        (
            "refreshed",
            &[("t.a", "1")],
            vec![was("t.a", "1"), Record::Refreshed { addr: addr("t.a"), instance: Some(instance("2")) }],
            "t.a=2",
            0,
        ),
        (
            "vanished",
            &[("t.a", "1")],
            vec![was("t.a", "1"), Record::Refreshed { addr: addr("t.a"), instance: None }],
            "",
            0,
        ),
        (
            "moved",
            &[("t.a", "1")],
            vec![
                was("t.a", "1"),
                Record::Refreshed { addr: addr("t.a"), instance: None },
                Record::Refreshed { addr: addr("t.b"), instance: Some(instance("1")) },
            ],
            "t.b=1",
            0,
        ),
        (
            "forgotten",
            &[("t.a", "1")],
            vec![was("t.a", "1"), Record::Forgotten { addr: addr("t.a"), deposed: None }],
            "",
            0,
        ),
        (
            "data",
            &[("data.t.a", "1")],
            vec![
                was("data.t.a", "1"),
                Record::Data { addr: addr("data.t.a"), provider: provider_config(), object: Arc::new(object("2")) },
            ],
            "data.t.a=2",
            0,
        ),
    ];
    for (name, before, records, after, unresolved) in rows {
        let mut all = vec![begin(LINEAGE, 5)];
        all.extend(records);
        let result = folded(&state_of(5, before), &all);
        assert_eq!(shown(&result.state), after, "{name}");
        assert_eq!(result.unresolved.len(), unresolved, "{name}");
        assert_eq!(result.conflicts, [], "{name}");
    }
}

#[test]
fn illegal_records() {
    let gone = |id| ended(id, Outcome::Gone);
    let depose = || Record::Deposed { addr: addr("t.a"), key: "0badcafe".into() };
    let refreshed = || Record::Refreshed { addr: addr("t.a"), instance: None };
    let rows: Vec<(&str, Vec<Record>)> = vec![
        ("no run has begun", vec![Record::End]),
        ("its run has ended", vec![begin(LINEAGE, 1), Record::End, Record::End]),
        ("another lineage", vec![begin(LINEAGE, 1), begin("other", 1)]),
        (
            "numbers of intents only rise",
            vec![begin(LINEAGE, 1), ask(1, Act::Create, "t.a"), ask(1, Act::Create, "t.b")],
        ),
        ("is open", vec![begin(LINEAGE, 1), ask(1, Act::Create, "t.a"), ask(2, Act::Create, "t.a")]),
        ("where there is one", vec![begin(LINEAGE, 1), was("t.a", "1"), ask(1, Act::Create, "t.a")]),
        ("that does not exist", vec![begin(LINEAGE, 1), ask(1, Act::Update, "t.a")]),
        ("that does not exist", vec![begin(LINEAGE, 1), ask(1, Act::Delete, "t.a")]),
        ("not open", vec![begin(LINEAGE, 1), gone(1)]),
        ("not open", vec![begin(LINEAGE, 1), ask(1, Act::Create, "t.a"), is_now(1, "1"), is_now(1, "1")]),
        ("cannot be gone", vec![begin(LINEAGE, 1), ask(1, Act::Create, "t.a"), gone(1)]),
        ("there is no object", vec![begin(LINEAGE, 1), depose()]),
        (
            "key of the deposed object is taken",
            vec![begin(LINEAGE, 1), was("t.a", "1"), depose(), ask(1, Act::Create, "t.a"), is_now(1, "2"), depose()],
        ),
        ("is open", vec![begin(LINEAGE, 1), was("t.a", "1"), ask(1, Act::Update, "t.a"), depose()]),
        ("is open", vec![begin(LINEAGE, 1), was("t.a", "1"), ask(1, Act::Update, "t.a"), refreshed()]),
        (
            "there is a current object",
            vec![begin(LINEAGE, 1), was("t.a", "1"), Record::Restored { addr: addr("t.a"), key: "0badcafe".into() }],
        ),
        (
            "no deposed object of that key",
            vec![
                begin(LINEAGE, 1),
                was("t.a", "1"),
                depose(),
                Record::Restored { addr: addr("t.a"), key: "00000000".into() },
            ],
        ),
        (
            "there is no object that waits for its provisioners",
            vec![begin(LINEAGE, 1), was("t.a", "1"), Record::Provisioned { addr: addr("t.a") }],
        ),
        ("there is no object", vec![begin(LINEAGE, 1), Record::Forgotten { addr: addr("t.a"), deposed: None }]),
    ];
    for (why, records) in rows {
        let error = fold(&state_of(1, &[]), &records).expect_err(why);
        let JournalError::Illegal { record, why: found, .. } = &error else { panic!("{error}") };
        assert!(found.contains(why), "{why}: {error}");
        assert_eq!(*record, records.len() as u64, "{why}");
    }
}

#[test]
fn another_tool_moved_the_state() {
    let records = [
        begin(LINEAGE, 5),
        was("t.a", "1"),
        ask(1, Act::Update, "t.a"),
        is_now(1, "2"),
        ask(2, Act::Create, "t.new"),
        is_now(2, "n"),
        was("t.b", "1"),
        ask(3, Act::Delete, "t.b"),
        ended(3, Outcome::Gone),
    ];
    let rows: [Meddling; 5] = [
        ("elsewhere", &[("t.a", "1"), ("t.b", "1"), ("t.z", "9")], "t.a=2 t.new=n t.z=9", &[]),
        ("changed one", &[("t.a", "x"), ("t.b", "1")], "t.a=x t.new=n", &["t.a"]),
        ("removed one", &[("t.b", "1")], "t.new=n", &["t.a"]),
        ("made one of that name", &[("t.a", "1"), ("t.b", "1"), ("t.new", "y")], "t.a=2 t.new=y", &["t.new"]),
        ("all of it", &[("t.a", "x"), ("t.b", "x"), ("t.new", "x")], "t.a=x t.b=x t.new=x", &["t.a", "t.b", "t.new"]),
    ];
    for (name, there, after, reported) in rows {
        let result = folded(&state_of(8, there), &records);
        assert_eq!(shown(&result.state), after, "{name}");
        let conflicts: Vec<String> = result.conflicts.iter().filter_map(|c| Diagnostic::from(c).address).collect();
        assert_eq!(conflicts, reported, "{name}");
    }
}

#[test]
fn outputs_follow_unless_another_tool_changed_them() {
    let output = |text: &str| -> BTreeMap<Arc<str>, OutputState> {
        [("o".into(), OutputState { value: Value::string(text), ty: Type::String, sensitive: false })].into()
    };
    let records = [begin(LINEAGE, 1), Record::Outputs { before: output("1"), after: output("2") }];
    for (there, after, conflicts) in [("1", "2", 0), ("2", "2", 0), ("x", "x", 1)] {
        let result = folded(&State { outputs: output(there), ..state_of(1, &[]) }, &records);
        assert_eq!(result.state.outputs, output(after));
        assert_eq!(result.conflicts.len(), conflicts);
    }
}

#[test]
fn the_first_state_gets_the_lineage_and_others_refuse_it() {
    let records = [begin(LINEAGE, 0), ask(1, Act::Create, "t.a"), is_now(1, "1")];
    let result = folded(&State::default(), &records);
    assert_eq!((result.state.lineage.as_ref(), result.state.serial), (LINEAGE, 1));
    assert_eq!(result.state.terraform_version.as_ref(), "1.11.4");
    let other = State { lineage: "other".into(), ..State::default() };
    assert!(matches!(fold(&other, &records), Err(JournalError::OtherLineage { .. })));
    assert_eq!(fold(&other, &[]).unwrap().state, other);
}
