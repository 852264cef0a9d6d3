//! [`Received`]: a request as it was received. Fault rules match one that is being answered, verification matches those
//! in the journal.

use crate::base::operation::Operation;

/// A request as it was received. It may contain credentials everywhere.
pub(crate) trait Received {
    /// The method, in upper case.
    fn method(&self) -> &str;
    /// The path, without a trailing slash.
    fn path(&self) -> &str;
    /// What follows `?`, as sent; empty if nothing does.
    fn query(&self) -> &str;
    /// The values of a header, whose name is in lower case, in the order in which they were sent.
    fn header(&self, name: &str) -> Vec<&[u8]>;
    /// The body, as far as it is known; empty if there was none.
    fn body(&self) -> &[u8];
    /// The operation that it asks for; `None` for a request that is not served.
    fn operation(&self) -> Option<Operation> {
        Operation::of(self.method(), self.path())
    }
}
