//! How much of everything a configuration may be. Far above anything real; only the user raises them.

/// Bounds of loading; reaching one is an error with `Exit::Limit`.
///
/// Source: decisions 1.3; the largest profile known (SlapOS' ERP5) has 248 files and 2.6 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Configuration files of a run.
    pub files: usize,
    /// Names in all `extends` together.
    pub extends: usize,
    /// Files that extend each other, in a row.
    pub depth: usize,
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of all files together.
    pub total_bytes: usize,
    /// Section headers of all files together.
    pub sections: usize,
    /// Options of all files together.
    pub options: usize,
    /// Bytes of one value.
    pub value_bytes: usize,
    /// Bytes of all merged values together.
    pub values_bytes: usize,
    /// Different conditions of all headers together.
    pub conditions: usize,
    /// Sections that use each other as macros, in a row.
    pub macro_depth: usize,
    /// Options copied by all macros together.
    pub macro_options: usize,
    /// Lines looked at while `+=` and `-=` are applied, all together.
    pub steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 2_000,
            extends: 100_000,
            depth: 64,
            file_bytes: 8 << 20,
            total_bytes: 64 << 20,
            sections: 100_000,
            options: 1_000_000,
            value_bytes: 1 << 20,
            values_bytes: 128 << 20,
            conditions: 10_000,
            macro_depth: 200,
            macro_options: 2_000_000,
            steps: 4_000_000,
        }
    }
}
