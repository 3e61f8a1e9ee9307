#![allow(clippy::all, missing_docs, clippy::disallowed_methods, clippy::disallowed_macros)]
fn main() {
    let one = r#"
# The database of the shop.
resource "aws_db_instance" "main" {
  count                     = var.enabled ? length(var.zones) : 0
  identifier                = "${var.name}-${count.index}"
  engine                    = "postgres"
  engine_version            = "15.4"
  instance_class            = var.instance_class
  allocated_storage         = 100
  storage_encrypted         = true
  kms_key_id                = aws_kms_key.main[0].arn
  multi_az                  = local.is_production && var.multi_az
  backup_retention_period   = local.is_production ? 30 : 7
  vpc_security_group_ids    = [for group in aws_security_group.database : group.id if group.enabled]
  tags = merge(local.tags, {
    Name        = "${var.name}-database"
    Environment = var.environment
  })

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [engine_version]
  }
}

variable "name" {
  type        = string
  description = "Name of the shop, used as a prefix of everything that is made for it."
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]+$", var.name))
    error_message = "The name must start with a letter."
  }
}
"#;
    let text: std::sync::Arc<str> = one.repeat(20_000).into();
    for _ in 0..5 {
        let t = std::time::Instant::now();
        let (f, d) = drform_syntax::parse("x.tf".into(), text.clone());
        let e = t.elapsed();
        assert!(d.is_empty());
        println!("{:.1} MB in {:?}: {:.0} MB/s, {} tokens", text.len() as f64 / 1e6, e, text.len() as f64 / 1e6 / e.as_secs_f64(), f.tokens.len());
        let t = std::time::Instant::now(); drop(f); println!("drop {:?}", t.elapsed());
    }
    let small: std::sync::Arc<str> = one.into();
    let t = std::time::Instant::now();
    for _ in 0..20_000 { let (f, _) = drform_syntax::parse("x.tf".into(), small.clone()); std::hint::black_box(&f); }
    println!("small files: {:.0} MB/s", one.len() as f64 * 20_000.0 / 1e6 / t.elapsed().as_secs_f64());
}
