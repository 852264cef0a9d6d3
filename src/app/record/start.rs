//! Opens the record of a server: applies what is in it, and records everything that comes.

use super::command::Command;
use super::decode::decode;
use super::disk::{DiskLog, Folder, OpenError};
use super::encode::encode;
use super::log::Log;
use super::recording::Recording;
use crate::app::App;
use crate::app::state::SavedState;
use crate::services::world::Recorder;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

impl App {
    /// Opens the record that the configuration names, if it names one, after the seed files were read. The state is that of
    /// the record from then on; if it is new, it begins with the present state. In both cases, a reset restores the state
    /// after the seed files of this start.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence.
    pub(crate) fn open_record(self: &Arc<Self>) -> Result<(), String> {
        match &self.config.state {
            Some(path) => self.record_in(path).map_err(|error| error.to_string()),
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
            let records = commands.iter().map(|command| encode(command, &self.env)).collect::<Result<_, _>>();
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
        self.world.record_with(Arc::clone(&recording) as Arc<dyn Recorder>);
        _ = self.recording.set(recording);
        Ok(())
    }
}
