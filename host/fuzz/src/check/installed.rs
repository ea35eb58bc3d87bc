//! What holds of every `.installed.cfg`, whoever wrote it.
//!
//! - In: any bytes.
//! - Out: nothing, or a panic that says which law is broken.

use crate::installed::Database;

/// Reads the bytes; what is read is written so that it is read the same, its order included, and written the
/// same again.
pub fn check(bytes: &[u8]) {
    let Ok(database) = Database::parse(bytes) else { return };
    let text = database.text();
    let again = Database::parse(text.as_bytes()).expect("what was written is read");
    assert_eq!(again, database);
    assert!(again.parts.keys().eq(database.parts.keys()), "the order of the parts is kept");
    assert_eq!(again.text(), text);
}
