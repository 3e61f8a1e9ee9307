//! The execution graph: what apply does, in which order. Apply follows it and decides nothing.

use addrs::{ConfigResource, ModuleInstance, ProviderConfig, ResourceInstance};
use eval::ExprNode;
use state::DeposedKey;

/// One step of an apply.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Evaluate a variable, local, output or module expansion again, with the values known by then. Of a resource
    /// it means its expansion (`count`, `for_each`): everything that the block refers to is done by then, so that its
    /// instances wait for this one step only.
    Evaluate(ExprNode),
    /// Configure a provider with the values known by then. Of a block with `for_each` those of its configurations that
    /// are needed are steps of their own, which wait for the one of the block: it finds the keys.
    Configure(ProviderConfig),
    /// Open an instance of an ephemeral resource with this provider, because something that runs needs it.
    Open(ResourceInstance, ProviderConfig),
    /// Close the instances of an ephemeral resource: everything that needs it has ended, well or not.
    Close(ConfigResource),
    /// Read a data source that could not be read while planning.
    ReadData(ResourceInstance),
    /// Set the current object aside under this key, because its replacement is created first.
    Depose(ResourceInstance, DeposedKey),
    /// Create the object (also the create half of a replacement).
    Create(ResourceInstance),
    /// Update the object in place.
    Update(ResourceInstance),
    /// Delete the current object (`None`) or a deposed one.
    Delete(ResourceInstance, Option<DeposedKey>),
    /// Drop the object from the state without touching it.
    Forget(ResourceInstance, Option<DeposedKey>),
    /// All instances of the resource are done (deletes apart): a join, so that N instances that depend on M need
    /// N + M edges. References to the resource may be evaluated from here on.
    Complete(ConfigResource),
    /// Nothing to do: everything that the join stands for is done. Orders deletes with N + M edges.
    Join(Join),
}

/// A place where many steps meet before many others start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Join {
    /// What is done here.
    pub what: Joined,
    /// Whose objects.
    pub resource: ConfigResource,
    /// Only the objects in this module instance: instances of one module do not wait for each other
    /// (features-and-traps.md 67). `None`: all of them.
    pub within: Option<ModuleInstance>,
}

/// What is done when a join is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joined {
    /// Deletes that come before what depends on the resource is created or updated.
    DeletesFirst,
    /// Deletes of what depends on the resource.
    DependentDeletes,
    /// Creates and updates of what depended on the resource, before objects that are deleted last.
    DependentChanges,
    /// Deletes of what depends on the resource that come before the resource is created or updated.
    DependentDeletesFirst,
    /// Creates and updates of the resource, before what depended on it is deleted last.
    Changes,
}

/// Steps with what each waits for. Acyclic; indices are places in `steps`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecutionGraph {
    /// The steps, in a deterministic order.
    pub steps: Vec<Step>,
    /// For each step the steps that must be finished before it starts, ascending, without repetition.
    pub after: Vec<Vec<usize>>,
}
