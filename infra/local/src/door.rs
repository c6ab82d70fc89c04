//! Where browsers come in: <http://localhost>, on this machine alone.
//!
//! The name, and not 127.0.0.1, so that an identity provider on 127.0.0.1 is another site, as in life: browsers keep cookies that are
//! `SameSite` from what another site sends. Ports do not make a site, names do.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::Context;
use tokio::net::TcpListener;

/// How often another port is taken, if any will do and somebody has the same port of the other address.
const TRIES: usize = 10;

/// A port of this machine, for its name: browsers may come by either address of it.
#[derive(Debug)]
pub struct Door {
    port: u16,
    listeners: Vec<TcpListener>,
}

impl Door {
    /// Opens `port`; 0 takes any.
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        for _ in 0..TRIES {
            let door = Self::open_once(port).await;
            match door {
                Err(error) if port == 0 && error.kind() == ErrorKind::AddrInUse => {}
                door => return door.with_context(|| format!("port {port} is taken; choose another with --port")),
            }
        }
        anyhow::bail!("no port is free on both 127.0.0.1 and ::1")
    }

    async fn open_once(port: u16) -> std::io::Result<Self> {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = first.local_addr()?.port();
        let listeners = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(second) => vec![first, second],
            // Browsers try `::1` first: another program there would be taken for us.
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
            // Not every machine has it.
            Err(_) => vec![first],
        };
        Ok(Self { port, listeners })
    }

    /// The address that everybody uses, without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub(crate) fn into_listeners(self) -> Vec<TcpListener> {
        self.listeners
    }
}
