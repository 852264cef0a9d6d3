//! Opens the record of a server: applies what is in it, and records everything that comes.

use super::command::Command;
use super::decode::decode;
use super::disk::{DiskLog, Folder, OpenError};
use super::encode::encode;
use super::recording::Recording;
use crate::app::App;
use crate::app::state::SavedState;
use crate::base::config::StatePlace;
use crate::services::world::Recorder;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

impl App {
    /// Opens the record that the configuration names, if it names one, after the seed files were read. The state is that of
    /// the record from then on; if it is new, it begins with the present state. A reset restores the state after the seed
    /// files of this start or, if other servers share the record, of the one that began it.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence.
    pub(crate) fn open_record(self: &Arc<Self>) -> Result<(), String> {
        match &self.config.state {
            Some(StatePlace::Folder(path)) => self.record_in(path).map_err(|error| error.to_string()),
            #[cfg(feature = "redis")]
            Some(StatePlace::Redis(url)) => self.share_in(url),
            #[cfg(not(feature = "redis"))]
            Some(StatePlace::Redis(url)) => {
                Err(format!("{url} (--state) needs the feature redis of the crate flowmock"))
            }
            None => Ok(()),
        }
    }

    fn record_in(self: &Arc<Self>, path: &Path) -> Result<(), OpenError> {
        let begun = Instant::now();
        let folder = Folder::open(path)?;
        let seed = self.memory.seed();
        let mut count = 0_u64;
        let mut apply = |record: &[u8]| {
            count += 1;
            self.apply(decode(self, record)?);
            Ok(())
        };
        let mut log: DiskLog = folder.recover(self.config.state_sync, &mut apply)?;
        let failed = |reason: String| OpenError::Io(path.to_owned(), std::io::Error::other(reason));
        let written = |commands: &[Command]| -> Result<Vec<_>, OpenError> {
            let records = commands.iter().map(encode).collect::<Result<_, _>>();
            records.map_err(|error| failed(error.to_string()))
        };
        let of_seed = |seed: &SavedState| written(&[Command::Seed { state: seed.clone() }]);
        let first = if count == 0 {
            written(&self.snapshot_commands())?
        } else {
            let (before, now) = (of_seed(&self.memory.seed())?, of_seed(&seed)?);
            self.memory.set_seed(seed.as_ref().clone());
            self.inlets.index.outdate();
            if before == now { Vec::new() } else { now }
        };
        if !first.is_empty() {
            log.append(&first).map_err(|error| failed(error.reason))?;
        }
        let ms = begun.elapsed().as_millis();
        tracing::info!("{} has {count} records, which were read in {ms} ms", path.display());
        let recording = Recording::begin(self, Box::new(log)).map_err(|error| failed(error.to_string()))?;
        self.record_with(recording);
        Ok(())
    }

    fn record_with(&self, recording: Arc<Recording>) {
        self.world.record_with(Arc::clone(&recording) as Arc<dyn Recorder>);
        _ = self.recording.set(recording);
    }

    /// Shares the state in a Redis. If that cannot be reached within a few seconds, the server starts all the same, and is not
    /// ready until it can.
    #[cfg(feature = "redis")]
    fn share_in(self: &Arc<Self>, url: &crate::base::config::RedisUrl) -> Result<(), String> {
        use super::health::Condition;
        use super::redis::{Address, Keys, RedisLog, RedisPeers};
        use std::time::Duration;

        /// How often other servers' changes are looked for, at least.
        const LOOK_EVERY: Duration = Duration::from_millis(50);
        /// How long a start waits.
        const PATIENCE: Duration = Duration::from_secs(10);

        let keys = Keys::new(&self.config.state_key);
        let address = Address::of(url)?;
        let peers = RedisPeers::new(address.clone(), keys.clone(), self.replica(), self);
        _ = self.replicas.peers.set(Arc::new(peers));
        let log = RedisLog::new(address, keys, self.replica(), LOOK_EVERY);
        self.notifications.deliver_only_as(log.is_notifier());
        let recording = Recording::begin(self, Box::new(log)).map_err(|error| error.to_string())?;
        self.record_with(Arc::clone(&recording));
        recording.wait_for_first(PATIENCE);
        match recording.condition() {
            Condition::Unusable(reason) => {
                recording.stop();
                Err(format!("the state cannot be used: {reason}"))
            }
            Condition::Ready => {
                tracing::info!(
                    "replica {} shares the state in {url}, {}",
                    self.replica(),
                    self.config.state_key
                );
                Ok(())
            }
            Condition::Gone(_) | Condition::Starting => {
                tracing::warn!("{url} (--state) is not there yet; this server is not ready until it is");
                Ok(())
            }
        }
    }
}
