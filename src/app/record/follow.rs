//! [`Follower`]: lets a server take notice of the changes of other servers.
//!
//! The journal, notifications and contract reports of a server follow its state. Whoever gives a command tells them of it;
//! nobody does so for the commands of other servers. Some of them wait for locks whose holders may be giving commands, so a
//! thread of its own does that.

use super::command::Command;
use crate::app::App;
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;

/// Applies the commands of other servers.
pub(super) struct Follower {
    news: Option<Sender<News>>,
}

/// What there is to notice after a command.
enum News {
    /// A part of the state was restored.
    Restored(Part),
    /// A part of the state was reset.
    Reset(Part),
    /// Something was added to these sandboxes.
    Added(Vec<Tenant>),
    /// The clock was set.
    Time,
}

impl Follower {
    /// Begins to follow, if there are other servers.
    ///
    /// # Errors
    /// If there is no thread.
    pub(super) fn begin(app: &Arc<App>, is_shared: bool) -> io::Result<Self> {
        if !is_shared {
            return Ok(Self { news: None });
        }
        let (news, heard) = channel();
        let app: Weak<App> = Arc::downgrade(app);
        thread::Builder::new().name("flowmock-follow".into()).spawn(move || {
            for news in heard {
                let Some(app) = app.upgrade() else { return };
                notice(&app, &news);
            }
        })?;
        Ok(Self { news: Some(news) })
    }

    /// Applies a command of another server.
    pub(super) fn apply(&self, app: &App, command: Command) {
        let news = match &command {
            Command::Whole(_) => Some(News::Restored(Part::All)),
            Command::PutBack { part, .. } => Some(News::Restored(part.clone())),
            Command::RestoreSnapshot { name, .. } => app.part_of_snapshot(name).map(News::Restored),
            Command::Reset { part, .. } => {
                app.forget_requests_of(part); // at once, since readers of the journal may know of the reset
                Some(News::Reset(part.clone()))
            }
            Command::Merge { state, .. } => {
                let tenants = state.sandboxes.of(&Part::All).map(|(tenant, _)| tenant.clone());
                Some(News::Added(tenants.collect()))
            }
            Command::SetClock(_) => Some(News::Time),
            _ => None,
        };
        app.apply(command);
        match (news, &self.news) {
            (Some(news), Some(thread)) => _ = thread.send(news),
            _ => app.notifications.wake(),
        }
    }
}

fn notice(app: &App, news: &News) {
    match news {
        News::Restored(part) => app.was_put_back(part),
        News::Reset(part) => app.was_reset(part),
        News::Added(tenants) => app.notifications_added(tenants),
        News::Time => {
            app.look();
            app.notifications.wake();
        }
    }
}
