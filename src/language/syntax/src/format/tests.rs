//! The layout, beside Terraform's.
