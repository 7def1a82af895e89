//! What a user may do next with an order.

use async_graphql::{Enum, ID, SimpleObject};

use crate::order::OrderStatus;

/// Something that the user may do with an order now.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct OrderAction {
    #[graphql(name = "type")]
    kind: OrderActionType,
    order_id: ID,
}

/// What there is to do with orders.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum OrderActionType {
    /// Buy the same again: whatever was placed.
    Reorder,
    /// See how far it is: whatever was placed and not cancelled.
    Track,
}

/// The actions of an order, those for most orders first.
pub(crate) fn available(order_id: &str, status: OrderStatus) -> Vec<OrderAction> {
    let kinds: &[OrderActionType] = match status {
        OrderStatus::Draft => &[],
        OrderStatus::Cancelled => &[OrderActionType::Reorder],
        OrderStatus::Pending
        | OrderStatus::Confirmed
        | OrderStatus::Paid
        | OrderStatus::Shipped
        | OrderStatus::Delivered => &[OrderActionType::Reorder, OrderActionType::Track],
    };
    kinds.iter().map(|kind| OrderAction { kind: *kind, order_id: order_id.into() }).collect()
}
