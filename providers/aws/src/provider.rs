//! The provider: its block, its types, and the configuration that all of them share.

use crate::cloud::Aws;
use crate::ec2;
use crate::kind::{Kind, Served};
use crate::kms;
use crate::planning::Surroundings;
use crate::settings;
use crate::source::{ServedSource, Source};
use configschema::Block;
use sdk::{DataSource, Diagnostic, Finding, Findings, Future, Provider, Resource};
use std::sync::{Arc, PoisonError, RwLock};
use value::{Path, Value};

/// The configuration in use; made once the host has told it.
#[derive(Default)]
pub(crate) struct Configured(RwLock<State>);

#[derive(Default)]
struct State {
    aws: Option<Arc<Aws>>,
    around: Surroundings,
}

impl Configured {
    /// The cloud.
    ///
    /// # Errors
    /// The configuration is not known yet: something in the `provider` block is decided by an apply.
    pub(crate) fn aws(&self) -> Result<Arc<Aws>, Finding> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).aws.clone().ok_or_else(|| Finding {
            diagnostic: Diagnostic::error(
                "The provider is not configured",
                "Something in the provider block is known only after an apply, so nothing can be read or changed now. \
                 Apply what it depends on first, for example with -target.",
            ),
            attribute: Path::ROOT,
        })
    }

    pub(crate) fn surroundings(&self) -> Surroundings {
        self.0.read().unwrap_or_else(PoisonError::into_inner).around.clone()
    }

    fn use_from_now(&self, aws: Option<Arc<Aws>>, around: Surroundings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = State { aws, around };
    }
}

/// The AWS provider.
#[derive(Default)]
pub struct AwsProvider {
    configured: Arc<Configured>,
}

impl AwsProvider {
    /// A provider that is not configured yet.
    pub fn new() -> AwsProvider {
        AwsProvider::default()
    }

    fn serve(&self, kind: impl Kind) -> (&'static str, Arc<dyn Resource>) {
        let name = kind.definition().name;
        (name, Arc::new(Served::new(kind, self.configured.clone())))
    }

    fn serve_source(&self, source: impl Source) -> (&'static str, Arc<dyn DataSource>) {
        let name = source.definition().name;
        (name, Arc::new(ServedSource::new(source, self.configured.clone())))
    }
}

impl Provider for AwsProvider {
    fn schema(&self) -> Block {
        settings::shape().block()
    }

    fn validate(&self, config: &Value) -> Findings {
        settings::check(config)
    }

    fn batches_reads(&self) -> bool {
        true
    }

    fn configure<'a>(&'a self, config: &'a Value) -> Future<'a, Findings> {
        Box::pin(async move {
            let read = settings::read(config).await;
            let (aws, around, findings) = match read {
                Ok((settings, sdk)) => {
                    let around = Surroundings {
                        region: Some(settings.region.clone()),
                        default_tags: Some(settings.default_tags.clone()),
                        ignored_tags: settings.ignored_tags.clone(),
                    };
                    let aws = Arc::new(Aws::new(settings, sdk));
                    let findings = settings::check_account(&aws).await;
                    (findings.is_empty().then_some(aws), around, findings)
                }
                Err(settings::NotReady::Unknown(around)) => (None, around, Vec::new()),
                Err(settings::NotReady::Wrong(findings)) => (None, Surroundings::default(), findings),
            };
            self.configured.use_from_now(aws, around);
            findings
        })
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![
            self.serve(ec2::ami_copy::AmiCopy),
            self.serve(ec2::ebs_default_kms_key::EbsDefaultKmsKey),
            self.serve(ec2::ebs_encryption_by_default::EbsEncryptionByDefault),
            self.serve(ec2::ebs_snapshot::EbsSnapshot),
            self.serve(ec2::ebs_snapshot_copy::EbsSnapshotCopy),
            self.serve(ec2::ebs_volume::EbsVolume),
            self.serve(ec2::ec2_instance_state::InstanceState),
            self.serve(ec2::eip::Eip),
            self.serve(ec2::instance::Instance),
            self.serve(ec2::internet_gateway::InternetGateway),
            self.serve(ec2::key_pair::KeyPair),
            self.serve(kms::alias::KmsAlias),
            self.serve(kms::grant::KmsGrant),
            self.serve(kms::key::KmsKey),
            self.serve(kms::key_policy::KmsKeyPolicy),
            self.serve(kms::replica_key::KmsReplicaKey),
            self.serve(ec2::launch_template::LaunchTemplate),
            self.serve(ec2::placement_group::PlacementGroup),
            self.serve(ec2::route::Route),
            self.serve(ec2::route_table::RouteTable),
            self.serve(ec2::route_table_association::RouteTableAssociation),
            self.serve(ec2::security_group::SecurityGroup),
            self.serve(ec2::subnet::Subnet),
            self.serve(ec2::volume_attachment::VolumeAttachment),
            self.serve(ec2::vpc::Vpc),
        ]
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        vec![
            self.serve_source(ec2::ami_source::Ami),
            self.serve_source(ec2::availability_zones_source::AvailabilityZones),
            self.serve_source(crate::sts::caller_identity::CallerIdentity),
            self.serve_source(ec2::ebs_snapshot_source::EbsSnapshotSource),
            self.serve_source(ec2::ebs_volume_source::EbsVolumeSource),
            self.serve_source(ec2::instance_type_offerings_source::InstanceTypeOfferings),
            self.serve_source(kms::alias_source::KmsAliasSource),
            self.serve_source(kms::key_source::KmsKeySource),
            self.serve_source(crate::meta::partition::Partition),
            self.serve_source(crate::meta::region::Region),
            self.serve_source(ec2::subnets_source::Subnets),
            self.serve_source(ec2::vpc_source::Vpc),
        ]
    }
}
