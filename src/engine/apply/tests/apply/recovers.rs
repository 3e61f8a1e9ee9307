use crate::stage::{Stage, object, schemas, shown, stored};
use addrs::ResourceInstance;
use calls::{Answer, ChangeAnswer, Repeat};
use diag::Diagnostics;
use drform_apply::{Effect, Recovery};
use journal::{Act, Intent, IntentId, Record, Stored, Writer};
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Value;

fn addr(text: &str) -> ResourceInstance {
    addrs::parse_resource_instance(text).unwrap()
}

/// A journal with one open intent for `t.a`; creates replace an object that was set aside.
fn left_behind(act: Act, replaces: bool) -> Stage {
    left_behind_with(act, replaces, crate::stage::null())
}

/// The same with that configuration.
fn left_behind_with(act: Act, replaces: bool, config: Value) -> Stage {
    let before: &[(&str, &str, &str)] = if act != Act::Create || replaces { &[("t.a", "1", "old")] } else { &[] };
    let mut stage = Stage::new("", before);
    let mut writer = Writer::new(&Stored::none());
    writer.push(Record::Begin(stage.begin()));
    if let Some(instance) = stage.input.prior.instances.get(&addr("t.a")) {
        writer.push(Record::Before { addr: addr("t.a"), instance: Arc::new(instance.clone()) });
    }
    let key: state::DeposedKey = "0badcafe".into();
    if replaces {
        writer.push(Record::Deposed { addr: addr("t.a"), key: key.clone() });
    }
    let nothing = crate::stage::null;
    let id = writer.number_intent();
    writer.push(Record::Intent(Arc::new(Intent {
        id,
        addr: addr("t.a"),
        deposed: None,
        replaces: replaces.then_some(key),
        act,
        provider: addrs::parse_provider_config(&format!("provider[\"{}\"]", crate::stage::provider())).unwrap(),
        kind: "t".into(),
        schema_version: 0,
        prior: if act == Act::Create { nothing() } else { object("1", "old") },
        planned: if act == Act::Delete { nothing() } else { object("1", "new") },
        config,
        private: [].into(),
        prior_private: [].into(),
        meta: None,
        token: "run-1".into(),
        sensitive: [].into(),
        dependencies: [].into(),
        create_before_destroy: replaces,
        skip_destroy: false,
        provisions: false,
    })));
    let batch = writer.take().unwrap();
    stage.append(&batch);
    stage.trace.clear();
    stage
}

/// What the provider says: to a question and to a repeated change.
enum Says {
    Object(Value),
    Gone,
    Error,
    Unsupported,
    InDoubt,
}

/// Trace, state, and whether it is still in doubt.
fn recovered(act: Act, replaces: bool, promise: Repeat, says: &Says) -> String {
    recovered_from(left_behind(act, replaces), promise, says)
}

fn recovered_from(mut stage: Stage, promise: Repeat, says: &Says) -> String {
    let repeat = BTreeMap::from([(IntentId(1), promise)]);
    let mut recovery = Recovery::new(&stage.stored(), &stage.folded(), stage.begin(), &schemas(), &repeat);
    assert_eq!(recovery.providers().len(), 1);
    let mut asked = String::new();
    while !recovery.is_done() {
        let effects = recovery.effects();
        assert!(!effects.is_empty(), "the recovery waits for nothing");
        for effect in effects {
            match effect {
                Effect::Append(batch) => {
                    stage.append(&batch);
                    recovery.appended(batch.id);
                }
                Effect::Ask(ticket, question) => {
                    asked = format!("{question:?}").split([' ', '{']).next().unwrap().to_owned();
                    let answer = match says {
                        Says::Object(value) => Answer::Object(stored(value.clone()), Diagnostics::new()),
                        Says::Gone => Answer::Object(stored(crate::stage::null()), Diagnostics::new()),
                        Says::Error | Says::InDoubt => Answer::Object(None, diag::Diagnostic::error("Down", "").into()),
                        Says::Unsupported => Answer::Unsupported,
                    };
                    recovery.answer(ticket, answer);
                }
                Effect::Provision(..) => panic!("recovery provisions nothing"),
                Effect::Change(ticket, change) => {
                    asked = "again".into();
                    let request = change.request();
                    assert_eq!((request.token.as_ref(), request.repeated), ("run-1", true));
                    let (object, error) = match says {
                        Says::Object(value) => (stored(value.clone()), false),
                        Says::Gone => (stored(crate::stage::null()), false),
                        Says::Error => (None, true),
                        Says::Unsupported | Says::InDoubt => (None, false),
                    };
                    let diagnostics =
                        if error { diag::Diagnostic::error("Down", "").into() } else { Diagnostics::new() };
                    let in_doubt = matches!(says, Says::InDoubt);
                    recovery.changed(ticket, ChangeAnswer { object, diagnostics, legacy: false, in_doubt });
                }
            }
        }
    }
    let (recovered, _) = recovery.finish();
    let folded = stage.folded();
    assert_eq!(recovered.blocked.len(), folded.unresolved.len());
    assert_eq!(recovered.resolved.len() + folded.unresolved.len(), 1);
    let doubt = if folded.unresolved.is_empty() { "" } else { " in doubt" };
    format!("{asked}: {}{doubt}", shown(&folded.state))
}

#[test]
fn what_is_asked_and_what_it_means() {
    use Act::*;
    use Repeat::*;
    use Says::*;
    let new = || Object(object("1", "new"));
    let old = || Object(object("1", "old"));
    let rows: [(Act, bool, Repeat, Says, &str); 20] = [
        (Create, false, Never, new(), "FindByToken: t.a=1/new"),
        (Create, false, Never, Gone, "FindByToken: "),
        (Create, false, Never, Error, "FindByToken:  in doubt"),
        (Create, false, Never, Unsupported, "FindByToken:  in doubt"),
        (Create, true, Never, new(), "FindByToken: t.a=1/new t.a~=1/old"),
        (Create, true, Never, Gone, "FindByToken: t.a=1/old"),
        (Create, true, Never, Unsupported, "FindByToken: t.a~=1/old in doubt"),
        (Create, false, SameObject, new(), "again: t.a=1/new"),
        (Create, false, SameObject, InDoubt, "again:  in doubt"),
        (Create, true, SameObject, Error, "again: t.a=1/old"),
        (Create, false, Harmless, new(), "again: t.a=1/new"),
        (Update, false, Never, new(), "Read: t.a=1/new"),
        (Update, false, Never, old(), "Read: t.a=1/old"),
        (Update, false, SameObject, Gone, "Read: "),
        (Update, false, Harmless, new(), "again: t.a=1/new"),
        (Update, false, Never, Error, "Read: t.a=1/old in doubt"),
        (Delete, false, Never, old(), "Read: t.a=1/old"),
        (Delete, false, Never, Gone, "Read: "),
        (Delete, false, Harmless, Gone, "again: "),
        (Delete, false, Never, Error, "Read: t.a=1/old in doubt"),
    ];
    for (i, (act, replaces, promise, says, expected)) in rows.into_iter().enumerate() {
        assert_eq!(recovered(act, replaces, promise, &says), expected, "row {i}");
    }
}

/// The journal does not hold what was written only: the same request cannot be made again, whatever was promised.
#[test]
fn what_was_written_only_is_not_repeated() {
    let config = || Value::object([("wo", Value::unknown(value::Type::String))]);
    let rows = [
        (Act::Create, Repeat::SameObject, "FindByToken: t.a=1/new"),
        (Act::Create, Repeat::Harmless, "FindByToken: t.a=1/new"),
        (Act::Update, Repeat::Harmless, "Read: t.a=1/new"),
    ];
    for (act, promise, expected) in rows {
        let stage = left_behind_with(act, false, config());
        assert_eq!(recovered_from(stage, promise, &Says::Object(object("1", "new"))), expected);
    }
}

#[test]
fn a_provider_that_is_gone_blocks() {
    let stage = left_behind(Act::Create, false);
    let mut recovery =
        Recovery::new(&stage.stored(), &stage.folded(), stage.begin(), &BTreeMap::new(), &BTreeMap::new());
    let mut appended = 0;
    while !recovery.is_done() {
        for effect in recovery.effects() {
            let Effect::Append(batch) = effect else { panic!("nobody can be asked") };
            appended += 1;
            recovery.appended(batch.id);
        }
    }
    assert_eq!(appended, 1);
    let (recovered, troubles) = recovery.finish();
    assert_eq!(recovered.blocked.len(), 1);
    assert!(troubles.has_errors());
}

#[test]
fn nothing_unresolved_writes_nothing() {
    let stage = Stage::new("", &[("t.a", "1", "old")]);
    let mut recovery = Recovery::new(&Stored::none(), &stage.folded(), stage.begin(), &schemas(), &BTreeMap::new());
    assert!(recovery.effects().is_empty());
    assert!(recovery.is_done());
}
