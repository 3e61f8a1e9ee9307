//! What ships with drform: schemas and overlays, as text.

/// One provider that the sandbox can play.
pub(crate) struct Shipped {
    /// Source addresses: the same types under each.
    pub(crate) addresses: &'static [&'static str],
    /// Entries of `terraform providers schema -json`; the first has the provider block.
    pub(crate) schemas: &'static [&'static str],
    /// What a schema does not carry.
    pub(crate) overlay: &'static str,
}

/// All of them. A new provider is two files and a row here (`schema/providers/README.md`).
pub(crate) const SHIPPED: &[Shipped] = &[Shipped {
    addresses: &["registry.terraform.io/drform/aws", "registry.terraform.io/hashicorp/aws"],
    schemas: &[include_str!("../../../../schema/providers/registry.terraform.io/hashicorp/aws.json")],
    overlay: include_str!("../../../../schema/providers/registry.terraform.io/hashicorp/aws.overlay.json"),
}];
