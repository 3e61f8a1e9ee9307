//! What ships with drform: schemas and overlays, as text.

/// One provider that the sandbox can play.
pub(crate) struct Shipped {
    /// Source address.
    pub(crate) address: &'static str,
    /// One entry of `terraform providers schema -json`.
    pub(crate) schema: &'static str,
    /// What a schema does not carry.
    pub(crate) overlay: &'static str,
}

/// All of them. A new provider is two files and a row here (`schema/providers/README.md`).
pub(crate) const SHIPPED: &[Shipped] = &[Shipped {
    address: "registry.terraform.io/hashicorp/aws",
    schema: include_str!("../../../../schema/providers/registry.terraform.io/hashicorp/aws.json"),
    overlay: include_str!("../../../../schema/providers/registry.terraform.io/hashicorp/aws.overlay.json"),
}];
