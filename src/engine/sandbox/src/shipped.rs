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

/// What our own provider says of itself.
const AWS: &str = include_str!("../../../../schema/aws.json");
/// What only `hashicorp/aws` has.
const HASHICORP_AWS: &str = include_str!("../../../../schema/providers/registry.terraform.io/hashicorp/aws.json");
/// The cloud behind both.
const AWS_OVERLAY: &str = include_str!("../../../../schema/providers/registry.terraform.io/hashicorp/aws.overlay.json");

/// All of them. A new provider is two files and a row here (`schema/providers/README.md`).
///
/// Both providers of AWS have the same types; each has its own `provider` block.
pub(crate) const SHIPPED: &[Shipped] = &[
    Shipped { addresses: &["registry.terraform.io/drform/aws"], schemas: &[AWS, HASHICORP_AWS], overlay: AWS_OVERLAY },
    Shipped {
        addresses: &["registry.terraform.io/hashicorp/aws"],
        schemas: &[HASHICORP_AWS, AWS],
        overlay: AWS_OVERLAY,
    },
];
