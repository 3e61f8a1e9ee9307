//! Provisioners: those of a new object when its outcome is on disk, those of a destroy before its intent.

use super::{After, Again, Applier, Awaited, Changed, Ending};
use crate::{Effect, Event, Provision};
use addrs::ResourceInstance;
use config::{OnFailure, ProvisionWhen};
use diag::{Diagnostic, Diagnostics, Severity};
use journal::{Act, Record};
use plan::instance::about;
use state::Status;
use value::{Marks, Value};

/// The provisioners of one object, one after the other.
pub(super) struct Course {
    step: usize,
    addr: ResourceInstance,
    when: ProvisionWhen,
    /// Which of them is next, among all of the block.
    place: usize,
    /// What `self` is.
    object: Value,
    /// Of a new object: its change, which is looked at when they have run.
    created: Option<Changed>,
}

impl Course {
    /// Those of an object that was just created.
    pub(super) fn of_created(changed: Changed, object: Value) -> Course {
        let (step, addr) = (changed.step, changed.intent.addr.clone());
        Course { step, addr, when: ProvisionWhen::Create, place: 0, object, created: Some(changed) }
    }

    /// Those of an object that is about to be destroyed.
    pub(super) fn before_delete(step: usize, addr: ResourceInstance, object: Value) -> Course {
        Course { step, addr, when: ProvisionWhen::Destroy, place: 0, object, created: None }
    }
}

impl Applier {
    pub(super) fn has_provisioners(&self, addr: &ResourceInstance, when: ProvisionWhen) -> bool {
        let found = self.desired.provisioners(addr);
        found.is_some_and(|(provisioners, _)| provisioners.all.iter().any(|provisioner| provisioner.when == when))
    }

    /// Whether something runs before the current object is destroyed. What is tainted never was whole, so that there is
    /// nothing to undo (features-and-traps.md 75).
    pub(super) fn provisions_destroy(&self, addr: &ResourceInstance) -> bool {
        let whole = self.before(addr, None).is_some_and(|object| object.status == Status::Ready);
        whole && self.has_provisioners(addr, ProvisionWhen::Destroy)
    }

    /// The next provisioner of an object runs, or they have all run.
    pub(super) fn provision(&mut self, mut course: Box<Course>) {
        let Some(place) = self.next_place(&course) else { return self.all_provisioned(*course) };
        course.place = place;
        if self.interrupted {
            return self.provisioner_not_started(*course);
        }
        let Some((provisioner, told, troubles)) = self.desired.provisioning(&course.addr, place, &course.object) else {
            return self.not_provisioned(*course, Diagnostics::new());
        };
        let (kind, range) = (provisioner.kind.clone(), provisioner.range.clone());
        if self.lacks_functions() {
            return self.do_again(course.step, Again::Provision(course));
        }
        let troubles = about(&course.addr, Some(&range), troubles);
        if troubles.has_errors() {
            return self.not_provisioned(*course, troubles);
        }
        self.trouble(course.step, troubles);
        let addr = course.addr.clone();
        self.events.push(Event::Provisioning { addr: addr.clone(), kind: kind.clone() });
        let provision = Provision {
            addr,
            kind,
            hidden: told.config.all_marks(),
            nameless: told.connection.as_ref().is_some_and(names_are_marked),
            config: told.config.unmark_deep().0,
            connection: told.connection.map(|connection| connection.unmark_deep().0),
        };
        let ticket = self.issue(course.step, Awaited::Provisioned(course));
        self.effects.push(Effect::Provision(ticket, provision));
    }

    /// Where the next provisioner stands that runs now.
    fn next_place(&self, course: &Course) -> Option<usize> {
        let (provisioners, _) = self.desired.provisioners(&course.addr)?;
        let mut rest = provisioners.all.iter().enumerate().skip(course.place);
        rest.find(|(_, provisioner)| provisioner.when == course.when).map(|(place, _)| place)
    }

    /// A provisioner came to its end.
    pub(super) fn provisioner_ended(&mut self, mut course: Box<Course>, troubles: Diagnostics) {
        let found = self.desired.provisioners(&course.addr);
        let Some(provisioner) = found.and_then(|(provisioners, _)| provisioners.all.get(course.place)) else {
            return self.not_provisioned(*course, troubles);
        };
        let (addr, kind) = (course.addr.clone(), provisioner.kind.clone());
        let goes_on = provisioner.on_failure == OnFailure::Continue;
        let troubles = about(&addr, Some(&provisioner.range), troubles);
        let failed = troubles.has_errors();
        self.events.push(match failed {
            true => Event::ProvisionFailed { addr, kind },
            false => Event::Provisioned { addr, kind },
        });
        if failed && !goes_on {
            return self.not_provisioned(*course, troubles);
        }
        self.trouble(course.step, troubles.map(|trouble| Diagnostic { severity: Severity::Warning, ..trouble }));
        course.place += 1;
        self.provision(course);
    }

    /// After an interrupt nothing begins.
    pub(super) fn provisioner_not_started(&mut self, course: Course) {
        let detail = match course.when {
            ProvisionWhen::Create => "The apply was stopped before the provisioners of the new object had run.",
            ProvisionWhen::Destroy => "The apply was stopped before the provisioners of the destroy had run.",
        };
        let trouble = Diagnostic::error("Provisioning was interrupted", detail);
        let troubles = about(&course.addr, None, trouble.into());
        self.not_provisioned(course, troubles);
    }

    /// They have all run: the object is whole, or may be destroyed.
    fn all_provisioned(&mut self, course: Course) {
        match course.created {
            Some(changed) => {
                self.writer.push(Record::Provisioned { addr: course.addr });
                self.after_next.push(After::Settle(Box::new(changed)));
            }
            None => self.delete(course.step, &course.addr, None),
        }
    }

    /// A new object stays tainted; an old one stays.
    fn not_provisioned(&mut self, course: Course, troubles: Diagnostics) {
        self.trouble(course.step, troubles);
        match course.created {
            Some(changed) => self.settle(Changed { failed: true, ..changed }),
            None => {
                self.summary.failed += 1;
                self.begun.remove(&course.step);
                self.events.push(Event::Failed { addr: course.addr, deposed: None, act: Act::Delete });
                self.end(course.step, Ending::Failed);
            }
        }
    }
}

fn names_are_marked(connection: &Value) -> bool {
    let names = ["host", "port", "user", "bastion_host", "bastion_port", "bastion_user", "script_path"];
    let marked = |value: &Value| value.all_marks() != Marks::NONE;
    connection.marks != Marks::NONE || names.iter().filter_map(|name| connection.get(name)).any(marked)
}
