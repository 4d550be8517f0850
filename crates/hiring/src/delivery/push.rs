//! What somebody asks for: to carry one now, or to try credentials.

use store::Tx;

use super::carrying::{self, Order, Why};
use crate::destination;
use crate::id::{OrgId, Uuid, new_uid};
use crate::problem::{Problem, Result};

/// Queues a try of a destination's credentials; its delivery's outside name.
pub fn test(tx: &mut Tx, org: OrgId, destination: Uuid) -> Result<Uuid> {
    let to = destination::find(tx, org, destination)?;
    let cause = format!("test:{}", new_uid());
    let order = Order {
        destination: to.id,
        why: Why::Test,
        candidate: None,
        application: None,
        event: None,
        cause: &cause,
    };
    let queued = carrying::queue(tx, org, &order)?;
    queued.ok_or_else(|| Problem::broken("a test was made twice"))
}
