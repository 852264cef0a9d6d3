//! [`Received`]: a request as it was received. Fault rules match one that is being answered, verification matches those
//! in the journal.

use crate::base::operation::Operation;

/// A request as it was received. It may contain credentials everywhere.
pub(crate) trait Received {
    /// The method, in upper case.
    fn method(&self) -> &str;
    /// The path, without a trailing slash.
    fn path(&self) -> &str;
    /// The text after `?`, as sent; empty if there is none.
    fn query(&self) -> &str;
    /// The values of a header, whose name is in lower case, in the order in which they were sent.
    fn header(&self, name: &str) -> Vec<&[u8]>;
    /// Whether the client named no sandbox, so that `x-sandbox-name` is the server's default.
    fn sandbox_is_default(&self) -> bool;
    /// The known part of the body; empty if there is none.
    fn body(&self) -> &[u8];
    /// The operation; `None` for a request that is not served.
    fn operation(&self) -> Option<Operation> {
        Operation::of(self.method(), self.path())
    }
}
