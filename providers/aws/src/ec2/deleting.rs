//! Deletes that something may still stand in the way of for a while.

use crate::cloud::{ApiError, Seen, Trouble, Wait};
use std::sync::{Mutex, PoisonError};

/// Something still uses the object ("Error codes for the Amazon EC2 API").
const IN_USE: [&str; 3] = ["DependencyViolation", "InvalidPlacementGroup.InUse", "VolumeInUse"];

/// Deletes, and tries again while the API says that something still uses the object: network interfaces that AWS
/// removes a while after what they were for, objects that are being deleted, volumes that are being detached, instances that
/// are being terminated. After the time the API's reason is told. An object that is not there is no error.
pub(crate) async fn delete_when_free<F>(wait: &Wait<'_>, send: impl Fn() -> F) -> Result<(), Trouble>
where
    F: std::future::Future<Output = Result<(), ApiError>>,
{
    let last = Mutex::new(None);
    let keep = |why| *last.lock().unwrap_or_else(PoisonError::into_inner) = why;
    let done = wait
        .run(|| async {
            match send().await {
                Ok(()) => Ok(Seen::Done(())),
                Err(why) if why.is_not_found() => Ok(Seen::Done(())),
                Err(why) if IN_USE.iter().any(|code| why.is(code)) => {
                    keep(Some(why));
                    Ok(Seen::Pending("in use".into()))
                }
                Err(why) => {
                    keep(None);
                    Err(why.while_doing(wait.doing.as_str()))
                }
            }
        })
        .await;
    match (done, last.into_inner().unwrap_or_else(PoisonError::into_inner)) {
        (Err(_), Some(why)) => Err(why.while_doing(wait.doing.as_str())),
        (done, _) => done,
    }
}
