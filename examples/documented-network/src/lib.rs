//! Where the orders of a shop are kept, and who may get at them.
//!
//! The network that this code runs in is part of its documentation, and the documentation is tested: `tests/documentation.rs`
//! runs the blocks below.
//!
//! # The network
//!
//! ```fnet
//! edition 2026
//!
//! vnet shop 10.8.0.0/16 {
//!   subnet functions 10.8.1.0/26 { delegation Microsoft.Web/serverFarms; nsg from-apps }
//!   subnet data      10.8.2.0/24
//! }
//! nsg from-apps {
//!   outbound {
//!     100 allow tcp * -> data:1433 as orders
//!     200 deny  *   * -> *         as nothing-else
//!   }
//! }
//!
//! service          orders-db { type sql; public-access off }
//! private-endpoint orders-pe in shop.data { target orders-db; address 10.8.2.4 }
//! private-dns-zone privatelink.database.windows.net { link shop; record orders-db A 10.8.2.4 }
//!
//! plan ep1    { tier Premium }
//! plan y1     { tier Consumption }
//! app  orders on ep1 { integrate shop.functions }
//! app  mail   on y1
//! ```

/// Where the orders are: the host name of the database, and its port.
///
/// The app that keeps orders reaches it by its private endpoint; nobody finds an open public side.
///
/// ```
/// assert_eq!(documented_network::ORDERS, ("orders-db.database.windows.net", 1433));
/// ```
pub const ORDERS: (&str, u16) = ("orders-db.database.windows.net", 1433);

/// What may be sent to the database at once.
///
/// A connection is made from one instance of the app `orders`; see [the network](crate#the-network).
pub fn batches(orders: &[u64], most: usize) -> impl Iterator<Item = &[u64]> {
    orders.chunks(most.max(1))
}

/// Who may get at the orders, as the whole network has it.
///
/// ```fnet
/// edition 2026
/// vnet shop 10.8.0.0/16 {
///   subnet functions 10.8.1.0/26 { delegation Microsoft.Web/serverFarms }
///   subnet data      10.8.2.0/24
/// }
/// service          orders-db { type sql; public-access off }
/// private-endpoint orders-pe in shop.data { target orders-db; address 10.8.2.4 }
/// private-dns-zone privatelink.database.windows.net { link shop; record orders-db A 10.8.2.4 }
/// plan ep1    { tier Premium }
/// plan y1     { tier Consumption }
/// app  orders on ep1 { integrate shop.functions }
/// app  mail   on y1
///
/// check "the orders are private" {
///   assert orders can reach orders-db:1433 because src.vnet.private-endpoint
///   assert can mail reach orders-db:1433 is refused
/// }
/// ```
pub mod access {}

#[cfg(test)]
mod tests {
    #[test]
    fn no_order_is_left_behind() {
        let sent: Vec<u64> = super::batches(&[1, 2, 3], 2).flatten().copied().collect();
        assert_eq!(sent, [1, 2, 3]);
    }
}
