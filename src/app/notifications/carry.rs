//! The task that sends the notifications of a target.

use super::couriers::Address;
use crate::app::Shared;

/// Sends the notifications of a target, until there is none.
pub(super) async fn carry(app: Shared, address: Address) {
    let couriers = &app.notifications.couriers;
    let mut next = couriers.first(&address);
    while let Some((delivery, target)) = next {
        couriers.deliver(&delivery, &target, || app.env.now()).await;
        next = couriers.next(&address, &delivery);
    }
}
