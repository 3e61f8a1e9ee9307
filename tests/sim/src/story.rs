//! One seed: a configuration, its later versions, and a death at every moment.

use crate::laws;
use crate::program::Program;
use crate::random::Random;
use crate::run::{End, Fate, World, parse};
use config::ModuleTree;
use std::sync::Arc;

/// Runs until the plan must be empty: one to recover and apply, one more because objects that failed are replaced, and
/// one because a create that was found without its dependencies applied is updated.
const RUNS_TO_REST: usize = 3;

/// What was told of a seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Versions of the configuration that were applied.
    pub chapters: usize,
    /// Deaths that were survived.
    pub deaths: usize,
}

/// Tells the story of a seed. `every` says how many moments lie between two deaths: 1 is all of them.
///
/// # Errors
/// Which law was broken, in which chapter, at which moment, and how to see it again.
pub fn tell(seed: u64, every: usize) -> Result<Told, String> {
    let mut random = Random::new(seed);
    let mut world = World::new(seed);
    let mut told = Told::default();
    let mut program = Program::random(&mut random);
    for chapter in 0..3 {
        let text = program.text();
        let tree = parse(&text)?;
        let place = Chapter { seed, chapter, text: &text, tree: &tree };
        told.deaths += place.deaths(&world, every.max(1))?;
        world = place.undisturbed(world)?;
        told.chapters += 1;
        program = if chapter == 1 && random.one_in(3) { program.empty() } else { program.next(&mut random) };
    }
    Ok(told)
}

/// One version of the configuration.
struct Chapter<'a> {
    seed: u64,
    chapter: u64,
    text: &'a str,
    tree: &'a Arc<ModuleTree>,
}

impl Chapter<'_> {
    fn fate(&self, purpose: u64) -> Fate {
        Fate::new(Random::new(self.seed).child(1000 * (self.chapter + 1) + purpose))
    }

    /// The first run of the chapter: failures of the cloud allowed, in one of eight with an interrupt.
    fn first_run(&self) -> Fate {
        let mut fate = self.fate(0);
        fate.troubles = true;
        let mut random = Random::new(self.seed).child(77 + self.chapter);
        fate.interrupt = random.one_in(8).then(|| 1 + random.below(30));
        fate
    }

    fn wrong(&self, what: &str, death: Option<usize>, last: &str) -> String {
        let death = death.map_or("no death".to_owned(), |moment| format!("death at moment {moment} (about to {last})"));
        format!("seed {}, chapter {}, {death}: {what}\n\n{}", self.seed, self.chapter, self.text)
    }

    /// How the chapter goes when nobody dies.
    fn undisturbed(&self, mut world: World) -> Result<World, String> {
        let mut fate = self.first_run();
        if let Err(End::Broken(what)) = world.run(self.tree, &mut fate) {
            return Err(self.wrong(&what, None, &fate.last));
        }
        let world = self.rest(world, None, &fate.last)?;
        // Nothing was lost, so everything that was made half is known as such, and was replaced (trap 60).
        match world.cloud.things.keys().find(|id| world.cloud.half_made.contains_key(*id)) {
            Some(id) => Err(self.wrong(&format!("{id} was made half and is still there"), None, &fate.last)),
            None => Ok(world),
        }
    }

    /// Dies at every moment of the first run.
    fn deaths(&self, world: &World, every: usize) -> Result<usize, String> {
        let mut deaths = 0;
        let mut moment = 1 + (self.seed as usize) % every;
        loop {
            let mut mortal = world.clone();
            let mut fate = self.first_run();
            fate.death = Some(moment);
            match mortal.run(self.tree, &mut fate) {
                Ok(_) => return Ok(deaths),
                Err(End::Broken(what)) => return Err(self.wrong(&what, Some(moment), &fate.last)),
                Err(End::Died) => deaths += 1,
            }
            self.afterlife(mortal, moment, &fate.last)?;
            moment += every;
        }
    }

    /// What was not synced is lost; the next run may die as well; then all must come to rest.
    fn afterlife(&self, mut world: World, moment: usize, last: &str) -> Result<(), String> {
        let mut random = Random::new(self.seed).child(5000 + moment as u64);
        world.disk.forget(&mut random);
        laws::at_any_time(&world).map_err(|what| self.wrong(&what, Some(moment), last))?;
        if random.one_in(2) {
            let mut fate = self.fate(moment as u64);
            fate.death = Some(1 + random.below(12));
            if let Err(End::Broken(what)) = world.run(self.tree, &mut fate) {
                return Err(self.wrong(&format!("second run: {what}"), Some(moment), last));
            }
            world.disk.forget(&mut random);
            laws::at_any_time(&world)
                .map_err(|what| self.wrong(&format!("second death: {what}"), Some(moment), last))?;
        }
        if random.one_in(3) {
            let mut fate = self.fate(900 + moment as u64);
            fate.deaf = true;
            if let Err(End::Broken(what)) = world.run(self.tree, &mut fate) {
                return Err(self.wrong(&format!("run without answers: {what}"), Some(moment), last));
            }
            laws::at_any_time(&world)
                .map_err(|what| self.wrong(&format!("after a run without answers: {what}"), Some(moment), last))?;
        }
        self.rest(world, Some(moment), last).map(|_| ())
    }

    /// Runs without failures until the plan is empty.
    fn rest(&self, mut world: World, death: Option<usize>, last: &str) -> Result<World, String> {
        let wrong = |what: &str| self.wrong(what, death, last);
        for run in 0..=RUNS_TO_REST {
            let mut fate = self.fate(200 + run as u64);
            let finished = match world.run(self.tree, &mut fate) {
                Ok(finished) => finished,
                Err(End::Broken(what)) => return Err(wrong(&what)),
                Err(End::Died) => return Err(wrong("a run without death died")),
            };
            laws::at_any_time(&world).map_err(|what| wrong(&what))?;
            if finished.troubles.has_errors() {
                return Err(wrong(&format!("troubles without a cause: {:?}", finished.troubles)));
            }
            if !finished.changes {
                laws::at_rest(&world).map_err(|what| wrong(&what))?;
                return Ok(world);
            }
        }
        Err(wrong("the plan does not become empty"))
    }
}
