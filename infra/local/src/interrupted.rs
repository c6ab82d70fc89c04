//! Ctrl-C, or the signal that ends a service.

use tokio::signal::unix::{SignalKind, signal};

/// Waits until somebody wants an end.
pub(crate) async fn interrupted() -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminated.recv() => {}
    }
    Ok(())
}
