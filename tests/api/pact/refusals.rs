//! Requests for a Pact file that are refused.

use super::Shop;
use crate::support::{Control, Tenant, landing_zone};
use flowmock::FlowMock;

#[tokio::test]
async fn a_pact_file_of_an_unknown_consumer_is_refused_with_the_known_ones() {
    let mock = FlowMock::start();
    Control::of(&mock).get("/pact").await.refused_for(404, "no request to write");
    mock.pact("shop").expect_err("nobody has asked anything");
    let tenant = Tenant::on(&mock);
    Shop(&tenant).get("/connections").await;
    Control::of(&mock).get("/pact?consumer=shpo").await.refused_for(404, "it has those of shop");
    tenant.create(landing_zone("of another")).await;
    Control::of(&mock).get("/pact").await.refused_for(400, "several: it has those of key, shop");
    let refused = mock.pact("shpo").expect_err("nobody of that name");
    assert!(refused.to_string().contains("shpo"), "{refused}");
}

#[tokio::test]
async fn an_unknown_parameter_of_the_pact_call_is_refused() {
    let mock = FlowMock::start();
    Control::of(&mock).get("/pact?consumer=").await.refused_for(400, "consumer has no value");
    Control::of(&mock).get("/pact?name=shop").await.refused_for(400, "name is not a query parameter");
}

#[tokio::test]
async fn without_interactions_the_pact_call_reports_the_reasons() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let faulty = super::as_shop(tenant.request(reqwest::Method::GET, "/connections"));
    crate::support::Answer::to(faulty.header("x-flowmock-error", "FLOW-1400-500")).await.expect_status(500);
    Control::of(&mock).get("/pact?consumer=shop").await.refused_for(404, "leftOut.fault 1");
}
