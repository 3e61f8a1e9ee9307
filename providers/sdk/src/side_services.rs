//! The services of the process: its end, its output, further connections.

use tfplugin::process as wire;
use tokio::sync::watch;
use tonic::{Request, Response, Status, Streaming, async_trait};

/// Tells when the process is to end; both streams last until then.
#[derive(Clone)]
pub(crate) struct SideServices {
    pub(crate) ending: watch::Sender<Ending>,
}

/// Whether the process is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    NotYet,
    Now,
}

impl SideServices {
    /// A stream in which nothing comes, until the end: an open one would hold up a graceful end.
    fn silence<T: Send + 'static>(&self) -> Silence<T> {
        let (sender, receiver) = tokio::sync::mpsc::channel::<Result<T, Status>>(1);
        let mut ending = self.ending.subscribe();
        tokio::spawn(async move {
            let _ = ending.wait_for(|ending| *ending == Ending::Now).await;
            drop(sender);
        });
        Box::pin(tokio_stream::wrappers::ReceiverStream::new(receiver))
    }
}

type Silence<T> = tonic::codegen::BoxStream<T>;

#[async_trait]
impl wire::grpc_controller_server::GrpcController for SideServices {
    async fn shutdown(&self, _: Request<wire::Empty>) -> Result<Response<wire::Empty>, Status> {
        self.ending.send_replace(Ending::Now);
        Ok(Response::new(wire::Empty {}))
    }
}

#[async_trait]
impl wire::grpc_stdio_server::GrpcStdio for SideServices {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Silence<wire::StdioData>>, Status> {
        Ok(Response::new(self.silence()))
    }
}

#[async_trait]
impl wire::grpc_broker_server::GrpcBroker for SideServices {
    async fn start_stream(
        &self,
        _: Request<Streaming<wire::ConnInfo>>,
    ) -> Result<Response<Silence<wire::ConnInfo>>, Status> {
        Ok(Response::new(self.silence()))
    }
}
