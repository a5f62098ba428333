//! Connections between tabs and the server: how they begin, what arrives on them, and how they end.

use super::*;

impl World {
    pub(crate) fn connect(&mut self, tab: usize, rung: Rung) -> ConnectionId {
        let now_ms = self.clock.now_ms();
        let connection = self.net.connect(tab, rung, self.tabs[tab].stalled_until_ms);
        let (user, credential) = (self.tabs[tab].user.clone(), self.tabs[tab].credential);
        self.server.as_mut().expect("it was reached").connect(
            connection,
            user,
            credential,
            now_ms,
            self.disk.server_epoch,
        );
        self.listen(connection);
        self.clock.after(
            IDLE_MS_MAX,
            Happening::IdleCheck {
                run: self.run,
                connection,
            },
        );
        connection
    }

    pub(super) fn arrive(&mut self, connection: ConnectionId, way: Way, bytes: &Bytes) -> Result<(), Violation> {
        let Some(tab) = self.net.wire(connection).map(|wire| wire.tab) else {
            return Ok(());
        };
        if !self.net.arrive(connection, way) {
            return Ok(());
        }
        self.note(if way == Way::ToServer { "up" } else { "down" }, bytes);
        match way {
            Way::ToServer => self.server_hears(connection, bytes)?,
            Way::ToTab => {
                self.frame_arrives(tab, connection, bytes);
                self.settle_tab(tab)?;
            }
        }
        self.settle_server()
    }

    /// A tab's frame has come to the server.
    pub(crate) fn server_hears(&mut self, connection: ConnectionId, bytes: &Bytes) -> Result<(), Violation> {
        let Some(tab) = self.net.wire(connection).map(|wire| wire.tab) else {
            return Ok(());
        };
        let codec = self.tabs[tab].codec;
        let frame: ClientFrame = codec
            .decode(bytes)
            .map_err(|e| Violation::new("sessions send frames", e))?;
        if let Some(server) = &mut self.server {
            server.handle_frame(connection, frame, self.clock.now_ms(), &self.disk);
        }
        Ok(())
    }

    pub(super) fn check_idle(&mut self, connection: ConnectionId) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let Some(server) = &mut self.server else { return Ok(()) };
        let Some(heard_ms) = server
            .connections
            .get(&connection)
            .map(|connection| connection.heard_ms)
        else {
            return Ok(());
        };
        if now_ms >= heard_ms + IDLE_MS_MAX {
            server.disconnect(connection);
            self.hang_up(connection, Disconnect::Lost);
        } else {
            self.clock.at(
                heard_ms + IDLE_MS_MAX,
                Happening::IdleCheck {
                    run: self.run,
                    connection,
                },
            );
        }
        self.settle_server()
    }

    /// The server's end of a connection is closed; the tab is told unless the connection is silent.
    pub(crate) fn hang_up(&mut self, connection: ConnectionId, reason: Disconnect) {
        let now_ms = self.clock.now_ms();
        let silent = self.net.is_silent(connection);
        let Some(tab) = self.net.remove(connection).map(|wire| wire.tab) else {
            return;
        };
        if !silent {
            let at_ms = (now_ms + latency_ms(&mut self.rng)).max(self.tabs[tab].stalled_until_ms);
            self.clock.at(
                at_ms,
                Happening::TabLoses {
                    tab,
                    connection,
                    reason,
                },
            );
        }
    }
}
