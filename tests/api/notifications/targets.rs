//! Registering, listing and removing webhooks.

use super::{MINUTE, Stage, part_of};
use crate::support::{Control, Reply, Tenant, Webhook, server};
use flowmock::{Config, FlowMock, NotificationUrl, StartError};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_webhook_must_echo_the_challenge() {
    let stage = Stage::new().await;
    let target = json!({"id": "hook", "url": format!("{}?code=hunter2", stage.webhook.url), "headers": {"authorization": "Bearer hunter2"}});
    stage.webhook.reply([Reply::Body("something else")]);
    stage.send_target(&target).await.refused_for(400, "does not echo the challenge");
    stage.webhook.reply([Reply::Status(403)]);
    let refused = stage.send_target(&target).await;
    assert_eq!(refused.problems(400)[0].0, "/url");
    refused.refused_for(400, "answers the challenge with 403");
    stage.webhook.reply([Reply::JsonEcho]);
    stage.send_target(&target).await.expect_status(201);
    stage.control.delete(&format!("/notification-targets/hook?{}", stage.part())).await.expect_status(204);
    let registered = stage.send_target(&target).await.expect_status(201);
    assert!(!String::from_utf8_lossy(&registered.body).contains("hunter2"));
    let asked = stage.webhook.delivered();
    assert!(
        asked
            .iter()
            .all(|one| one.method == "GET" && one.target.starts_with("/hook?code=hunter2&challenge="))
    );
    assert_eq!(asked[3].header("authorization"), "Bearer hunter2");
    let silent = json!({"url": stage.webhook.url, "timeoutMs": 50});
    stage.webhook.reply([Reply::Never]);
    stage.send_target(&silent).await.refused_for(400, "nothing within 50 ms");
    let list = stage.control.get("/notification-targets").await.expect_status(200).json();
    assert_eq!(list["targets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_this_machine_is_notified_unless_a_host_is_allowed() {
    let stage =
        Stage::with(|config: &mut Config| config.allow_notification_hosts = vec!["192.0.2.7".into()]).await;
    for foreign in
        ["http://192.0.2.8/", "http://hooks.example.com/", "http://0.0.0.0:9000/", "http://[fd00::1]/"]
    {
        let refused = stage.send_target(&json!({"url": foreign, "challenge": false})).await;
        refused.refused_for(400, "--allow-notification-host");
        let document = crate::support::state_of(
            "A@AdobeOrg",
            "prod",
            json!({"notificationTargets": [{"url": foreign}]}),
        );
        stage.control.merge(&document).await.refused_for(400, "--allow-notification-host");
    }
    stage
        .send_target(&json!({"url": "https://127.0.0.1/", "challenge": false}))
        .await
        .refused_for(400, "https is not supported");
    stage.send_target(&json!({"url": "http://192.0.2.7/", "challenge": false})).await.expect_status(201);

    let url: NotificationUrl = "http://192.0.2.8/".parse().unwrap();
    let refused = FlowMock::with_config(Config::default().with_notification_urls([url])).unwrap_err();
    assert!(matches!(&refused, StartError::Notifications(_)), "{refused}");
    assert!(refused.to_string().contains("--allow-notification-host 192.0.2.8"), "{refused}");
}

#[tokio::test]
async fn targets_are_listed_without_credentials_and_removed_by_part() {
    let stage = Stage::new().await;
    let other = Tenant::on(&stage.mock);
    let settings = json!({"headers": {"x-secret": "hunter2"}, "events": ["failure"], "attempts": 1});
    let made = stage.register(&stage.webhook, settings).await;
    let expected = json!({
        "id": "target-1", "url": stage.webhook.url, "events": ["failure"], "form": "current",
        "headers": {"x-secret": "[redacted]"}, "attempts": 1, "retryMs": 1, "timeoutMs": 5000,
        "imsOrgId": stage.tenant.ims_org, "sandbox": "prod"
    });
    assert_eq!(made, expected);
    let path = format!("/notification-targets?{}", stage.part());
    assert_eq!(stage.control.get(&path).await.json(), json!({"targets": [expected]}));
    let none = stage.control.get(&format!("/notification-targets?{}", part_of(&other))).await.json();
    assert_eq!(none, json!({"targets": []}));

    let twice = json!({"id": "target-1", "url": stage.webhook.url, "challenge": false});
    stage.send_target(&twice).await.refused_for(400, "is that of another target");
    let body = twice.to_string();
    let nowhere = stage.control.send(Method::POST, "/notification-targets", "application/json", body).await;
    nowhere.refused_for(400, "give imsOrgId and sandbox");
    for number in 2..=20 {
        assert_eq!(stage.register(&stage.webhook, json!({})).await["id"], format!("target-{number}"));
    }
    stage
        .send_target(&json!({"url": stage.webhook.url, "challenge": false}))
        .await
        .refused_for(400, "at most 20");

    let path = format!("/notification-targets/target-1?{}", part_of(&other));
    stage.control.delete(&path).await.refused_for(404, "no target has that id");
    stage.control.delete("/notification-targets/target-1").await.expect_status(204);
    assert_eq!(stage.register(&stage.webhook, json!({})).await["id"], "target-1");
}

#[tokio::test]
async fn a_removed_target_gets_nothing_more() {
    let stage = Stage::registered(json!({"timeoutMs": 60_000})).await;
    stage.webhook.reply([Reply::Never]);
    stage.tenant.table_chain().await;
    stage.advance(2000).await;
    stage.webhook.wait_for(1).await;
    stage.control.delete("/notification-targets/target-1").await.expect_status(204);
    stage.advance(15 * MINUTE).await;
    let log = stage.log("").await;
    assert_eq!(log.iter().map(|one| one["state"].clone()).collect::<Vec<_>>(), ["dropped", "dropped"]);
    assert_eq!(stage.webhook.posted().len(), 1);
}

#[tokio::test]
async fn a_configured_url_is_told_of_every_sandbox() {
    let webhook = Webhook::new().await;
    let url = format!("{}?code=hunter2", webhook.url);
    let mock = server(|config| {
        config.notification_urls = vec![url.parse().unwrap()];
        config.run_duration = std::time::Duration::from_secs(3600);
    });
    let (one, other) = (Tenant::on(&mock), Tenant::on(&mock).in_sandbox("dev"));
    for tenant in [&one, &other] {
        tenant.files_flow().await;
    }
    let told: Vec<Value> =
        webhook.wait_for(2).await.iter().map(|one| one.json()["sandboxName"].clone()).collect();
    assert!(told.contains(&json!("prod")) && told.contains(&json!("dev")), "{told:?}");
    let control = Control::of(&mock);
    let list = control.get("/notification-targets").await;
    assert!(!String::from_utf8_lossy(&list.body).contains("hunter2"));
    assert_eq!(list.json()["targets"][0]["id"], "configured-1");
    control.delete("/notification-targets/configured-1").await.refused_for(404, "no target has that id");
    let info = control.get("/info").await;
    assert!(!String::from_utf8_lossy(&info.body).contains("hunter2"));
    assert!(
        info.json()["configuration"]["notificationUrls"][0].as_str().unwrap().ends_with("/hook?[redacted]")
    );
}

#[tokio::test]
async fn one_sandbox_knows_nothing_of_the_webhooks_of_another() {
    let stage = Stage::registered(json!({})).await;
    let other = stage.tenant.in_sandbox("dev");
    other.table_chain().await;
    stage.advance(MINUTE).await;
    assert!(stage.log("").await.is_empty());
    stage.tenant.table_chain().await;
    assert_eq!(stage.log("").await.len(), 1);
    assert_eq!(stage.webhook.wait_for(1).await[0].json()["sandboxName"], "prod");
}

#[tokio::test]
async fn without_the_control_calls_nothing_can_be_registered() {
    let stage = Stage::with(|config| config.control = false).await;
    let answer = stage.send_target(&json!({"url": stage.webhook.url})).await;
    assert_eq!(answer.status, 404, "{answer}");
    assert!(stage.webhook.delivered().is_empty());
}
