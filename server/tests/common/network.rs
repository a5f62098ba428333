//! What lies between a client and the program in bad networks: a relay of TCP connections that delays, swallows or cuts.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// They arrive.
    Clear,
    /// They arrive later, both ways.
    Slow(Duration),
    /// They vanish, and nobody is told: what a pulled cable or a forgetful router does.
    Swallowing,
}

/// The relay. Everything it carries ends when it is dropped.
pub struct Network {
    pub address: SocketAddr,
    weather: watch::Sender<Weather>,
    cuts: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Network {
    /// In front of a server.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (weather, forecast) = watch::channel(Weather::Clear);
        let (cuts, cut) = watch::channel(0);
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let (forecast, mut cut) = (forecast.clone(), cut.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    tokio::select! {
                        () = carry(client, server, forecast) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self {
            address,
            weather,
            cuts,
            task,
        }
    }

    pub fn becomes(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Ends every connection that there is now.
    pub fn cuts(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(client: TcpStream, server: SocketAddr, weather: watch::Receiver<Weather>) {
    // A server that is not there refuses; the client finds its connection closed.
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    tokio::select! {
        () = one_way(client_read, server_write, weather.clone()) => {}
        () = one_way(server_read, client_write, weather) => {}
    }
}

async fn one_way(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    weather: watch::Receiver<Weather>,
) {
    let mut buffer = vec![0; 16 * 1024];
    // What follows missing bytes makes no sense any more.
    let mut is_lost = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let now = *weather.borrow();
        is_lost |= now == Weather::Swallowing;
        if is_lost {
            continue;
        }
        if let Weather::Slow(by) = now {
            tokio::time::sleep(by).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    if is_lost {
        // The end of a connection does not get through either.
        std::future::pending::<()>().await;
    }
}
