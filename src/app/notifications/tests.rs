//! The task that looks.

use crate::app::{App, Shared};
use crate::base::config::Config;
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

fn register(app: &App, part: &Part) {
    let target = json!({"url": "http://127.0.0.1:9/"});
    let registration = app.read_registration(&target, part).unwrap();
    app.register(registration).unwrap();
}

#[tokio::test]
async fn there_is_a_task_only_while_there_is_a_target() {
    let app: Shared = Arc::new(App::new(Config::default(), &crate::http::openapi::DESCRIPTION).unwrap());
    app.begin_notifications(&Handle::current());
    assert_eq!((tasks(), app.notifications.is_watching()), (0, false));
    let [one, other] = ["one", "other"].map(|sandbox| Part::Sandbox(Tenant::new("A@AdobeOrg", sandbox)));
    for _ in 0..2 {
        register(&app, &one);
        register(&app, &other);
        assert_eq!((tasks(), app.notifications.is_watching()), (1, true));
        app.remove_notification_target("target-1", &one).unwrap();
        assert!(app.notifications.is_watching());
        app.reset(&Part::All).unwrap();
        assert!(!app.notifications.is_watching());
        let gone = async {
            while tasks() > 0 {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(20), gone).await.unwrap();
    }
}
