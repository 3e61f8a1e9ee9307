//! Clients and reads of one region, and all regions of one provider configuration.

use super::budget::Budget;
use super::call::{Action, ApiError, Tries, call};
use super::describe::Reads;
use super::presign::Presigner;
use super::refusal::Refusal;
use super::traffic::{OpenRead, Traffic};
use super::trouble::Trouble;
use crate::ec2::ebs_encryption_by_default::PlannedEncryption;
use crate::ec2::placement::PlannedPlaces;
use crate::settings::Settings;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_types::request_id::RequestId;
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OnceCell;

/// One provider configuration: account, credentials, regions.
pub(crate) struct Aws {
    pub(crate) settings: Settings,
    sdk: SdkConfig,
    traffic: Arc<Traffic>,
    regions: Mutex<BTreeMap<String, Arc<Region>>>,
    identity: Arc<OnceCell<Identity>>,
}

/// Who we are, as STS says.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) user: String,
}

impl Aws {
    pub(crate) fn new(settings: Settings, sdk: SdkConfig) -> Aws {
        Aws {
            settings,
            sdk,
            traffic: Arc::new(Traffic::default()),
            regions: Mutex::new(BTreeMap::new()),
            identity: Arc::new(OnceCell::new()),
        }
    }

    /// A region by name, or that of the provider configuration.
    pub(crate) fn region(self: &Arc<Self>, name: Option<&str>) -> Arc<Region> {
        let name = name.unwrap_or(&self.settings.region);
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        let made = regions.entry(name.to_owned()).or_insert_with(|| Arc::new(self.made(name)));
        made.clone()
    }

    /// A read of the host is under way until this is dropped.
    pub(crate) fn read_begins(&self) -> OpenRead {
        self.traffic.read()
    }

    /// The host calls for something else than a read.
    pub(crate) fn call_begins(&self) {
        self.traffic.called();
    }

    fn made(self: &Arc<Self>, name: &str) -> Region {
        let region = aws_types::region::Region::new(name.to_owned());
        let endpoint = |service: &str| self.settings.endpoints.get(service).cloned();
        // We try again ourselves: which requests may be repeated depends on what they do.
        let once = RetryConfig::disabled;
        let mut ec2 = aws_sdk_ec2::config::Builder::from(&self.sdk).region(region.clone()).retry_config(once());
        // Without one in the block that of the environment or the profile stays (`AWS_ENDPOINT_URL_EC2`, …).
        if let Some(url) = endpoint("ec2") {
            ec2 = ec2.endpoint_url(url);
        }
        let mut kms = aws_sdk_kms::config::Builder::from(&self.sdk).region(region.clone()).retry_config(once());
        if let Some(url) = endpoint("kms") {
            kms = kms.endpoint_url(url);
        }
        let presigner =
            Presigner::new(&self.sdk, endpoint("ec2").or_else(|| self.sdk.endpoint_url().map(String::from)));
        let sts_region = self.settings.sts_region.clone().map_or(region, aws_types::region::Region::new);
        let mut sts = aws_sdk_sts::config::Builder::from(&self.sdk).region(sts_region).retry_config(once());
        if let Some(url) = endpoint("sts") {
            sts = sts.endpoint_url(url);
        }
        let refusal = Arc::new(Refusal::default());
        let ec2 = Arc::new(Service::new(
            "ec2",
            name,
            aws_sdk_ec2::Client::from_conf(ec2.build()),
            self.settings.max_retries,
            self.traffic.clone(),
            refusal.clone(),
        ));
        let kms = Arc::new(Service::new(
            "kms",
            name,
            aws_sdk_kms::Client::from_conf(kms.build()),
            self.settings.max_retries,
            self.traffic.clone(),
            refusal.clone(),
        ));
        let sts = Service::new(
            "sts",
            name,
            aws_sdk_sts::Client::from_conf(sts.build()),
            self.settings.max_retries,
            self.traffic.clone(),
            refusal.clone(),
        );
        Region {
            name: name.to_owned(),
            aws: Arc::downgrade(self),
            presigner,
            reads: Reads::new(&ec2, &kms, &self.traffic),
            planned_places: PlannedPlaces::default(),
            planned_encryption: PlannedEncryption::default(),
            ec2,
            kms,
            sts,
            identity: self.identity.clone(),
            without_account: self.settings.without_account,
            default_tags: self.settings.default_tags.clone(),
            ignored_tags: self.settings.ignored_tags.clone(),
        }
    }
}

/// One service in one region: its client and its budget.
pub(crate) struct Service<C> {
    service: &'static str,
    region: String,
    client: C,
    budget: Arc<Budget>,
    tries: Tries,
    traffic: Arc<Traffic>,
    refusal: Arc<Refusal>,
}

impl<C> Service<C> {
    fn new(
        service: &'static str,
        region: &str,
        client: C,
        max_retries: u32,
        traffic: Arc<Traffic>,
        refusal: Arc<Refusal>,
    ) -> Service<C> {
        let tries = Tries { most: max_retries };
        Service { service, region: region.to_owned(), client, budget: Arc::default(), tries, traffic, refusal }
    }

    /// Makes a request, as often as the action allows.
    pub(crate) async fn call<T, E, F>(&self, action: Action, send: impl Fn(&C) -> F) -> Result<T, ApiError>
    where
        T: RequestId,
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        F: std::future::Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        if let Some(refused) = self.refusal.known() {
            return Err(refused);
        }
        if action.changes() {
            self.traffic.changed();
        }
        let done = call((self.service, &self.region), &self.budget, self.tries, action, || send(&self.client)).await;
        if action.changes() {
            self.traffic.changed();
        }
        done.map_err(|why| self.refusal.heard(why))
    }

    /// Its budget.
    pub(super) fn budget(&self) -> Arc<Budget> {
        self.budget.clone()
    }

    /// An error for an answer that does not come, or that says nothing.
    pub(crate) fn unanswered(&self, action: &'static str, why: &str) -> ApiError {
        ApiError {
            action,
            service: self.service,
            region: self.region.clone(),
            code: String::new(),
            message: why.to_owned(),
            request_id: None,
            advice: None,
            told: None,
            in_doubt: false,
            tried_before: false,
        }
    }
}

/// Clients and reads of one region.
pub(crate) struct Region {
    name: String,
    aws: Weak<Aws>,
    ec2: Arc<Service<aws_sdk_ec2::Client>>,
    kms: Arc<Service<aws_sdk_kms::Client>>,
    sts: Service<aws_sdk_sts::Client>,
    identity: Arc<OnceCell<Identity>>,
    without_account: bool,
    /// What is read together.
    pub(crate) reads: Reads,
    /// Signs what AWS itself asks in our name.
    pub(crate) presigner: Presigner,
    /// Places in placement groups that are planned.
    pub(crate) planned_places: PlannedPlaces,
    /// Whether new volumes are encrypted by default.
    pub(crate) planned_encryption: PlannedEncryption,
    pub(crate) default_tags: crate::tags::Tags,
    pub(crate) ignored_tags: crate::tags::Ignored,
}

impl Region {
    /// Its name, such as `eu-central-1`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Another region of the same provider configuration.
    ///
    /// # Errors
    /// The provider was configured anew, so that nobody holds the old configuration any more.
    pub(crate) fn elsewhere(&self, name: &str) -> Result<Arc<Region>, Trouble> {
        let aws = self.aws.upgrade().ok_or_else(|| Trouble::ours("the provider configuration is gone"))?;
        Ok(aws.region(Some(name)))
    }

    /// EC2, which holds EBS and VPC too.
    pub(crate) fn ec2(&self) -> &Service<aws_sdk_ec2::Client> {
        &self.ec2
    }

    pub(crate) fn kms(&self) -> &Service<aws_sdk_kms::Client> {
        &self.kms
    }

    /// Who we are. Asked once.
    pub(crate) async fn identity(&self) -> Result<&Identity, Trouble> {
        self.identity
            .get_or_try_init(|| async {
                let action = Action::read("GetCallerIdentity");
                let answer = self.sts.call(action, |sts| sts.get_caller_identity().send()).await;
                let answer = answer.map_err(|why| why.while_doing("find out the account of the credentials"))?;
                Ok(Identity {
                    account: answer.account().unwrap_or_default().to_owned(),
                    arn: answer.arn().unwrap_or_default().to_owned(),
                    user: answer.user_id().unwrap_or_default().to_owned(),
                })
            })
            .await
    }

    /// The account, as it stands in ARNs: empty with `skip_requesting_account_id`.
    pub(crate) async fn account(&self) -> Result<&str, Trouble> {
        match self.without_account {
            true => Ok(""),
            false => Ok(&self.identity().await?.account),
        }
    }

    /// The ARN of an object of this account and region: `arn:aws:ec2:eu-central-1:123456789012:volume/vol-1`.
    pub(crate) async fn arn(&self, service: &str, rest: &str) -> Result<String, Trouble> {
        let account = self.account().await?;
        Ok(format!("arn:{}:{service}:{}:{account}:{rest}", self.partition(), self.name))
    }

    /// The partition that the region is of ("AWS partitions": the region's prefix tells it).
    pub(crate) fn partition(&self) -> &'static str {
        partition_of(&self.name)
    }
}

/// The partition of a region.
pub(crate) fn partition_of(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("us-iso-") => "aws-iso",
        _ if region.starts_with("us-isob-") => "aws-iso-b",
        _ if region.starts_with("eu-isoe-") => "aws-iso-e",
        _ if region.starts_with("us-isof-") => "aws-iso-f",
        _ if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}
