//! The yardstick: a one-thread relay that sends each message to every other connection and keeps nothing.

use anyhow::Result;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

type Peers = Rc<RefCell<BTreeMap<u64, mpsc::UnboundedSender<Bytes>>>>;

pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("relay at {}", listener.local_addr()?);
        let peers = Peers::default();
        for id in 0.. {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(relay(id, stream, Rc::clone(&peers)));
        }
        Ok(())
    })
}

async fn relay(id: u64, stream: TcpStream, peers: Peers) {
    let Ok(socket) = tokio_tungstenite::accept_async(stream).await else {
        return;
    };
    let (mut sink, mut source) = socket.split();
    let (sender, mut queue) = mpsc::unbounded_channel::<Bytes>();
    peers.borrow_mut().insert(id, sender);
    tokio::task::spawn_local(async move {
        let mut gathered = Vec::new();
        // One flush for all that waited, as the server does.
        while queue.recv_many(&mut gathered, 64).await > 0 {
            for bytes in gathered.drain(..) {
                if sink.feed(Message::Binary(bytes)).await.is_err() {
                    return;
                }
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    });
    while let Some(Ok(message)) = source.next().await {
        if let Message::Binary(bytes) = message {
            for (_, peer) in peers.borrow().iter().filter(|(other, _)| **other != id) {
                // A peer that has just gone takes nothing; its own task removes it.
                drop(peer.send(bytes.clone()));
            }
        }
    }
    peers.borrow_mut().remove(&id);
}
