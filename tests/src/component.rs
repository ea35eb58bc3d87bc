//! Components written by hand: recipes that no compiler would make.
//!
//! - In: a [`Core`], the instructions of the one core module in it.
//! - Out: the bytes of a component that exports `buildout:recipe/part`.
//! - Not here: recipes in Rust (`guests`).

use std::borrow::Cow;

use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentTypeRef, ComponentTypeSection, ComponentValType, CustomSection, ExportKind, ExportSection,
    Function, FunctionSection, InstanceSection, InstanceType, Instruction, MemorySection, MemoryType, Module,
    ModuleArg, ModuleSection, PrimitiveValType, RefType, StartSection, TableSection, TableType, TypeBounds,
    TypeSection, ValType,
};

/// The version of the border.
const WIT: &str = "0.1.0";

/// A core module that answers every call with nothing, but for what is said here.
#[derive(Default)]
pub struct Core<'a> {
    /// What runs when it is instantiated.
    pub start: Vec<Instruction<'a>>,
    /// What runs before `init` returns.
    pub init: Vec<Instruction<'a>>,
    /// What runs when it is asked for memory, before any call.
    pub realloc: Vec<Instruction<'a>>,
    /// Memory that it wants from the beginning, in pages of 64 KiB, beyond its first one.
    pub pages: u64,
    /// Elements of its table.
    pub elements: u64,
    /// How many such modules are instantiated besides.
    pub more: usize,
}

/// Loops for ever.
pub fn forever() -> Vec<Instruction<'static>> {
    vec![Instruction::Loop(wasm_encoder::BlockType::Empty), Instruction::Br(0), Instruction::End]
}

impl Core<'_> {
    fn module(&self) -> Module {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([ValType::I32; 2], [ValType::I32]);
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        let mut functions = FunctionSection::new();
        for index in [0, 1, 1, 2] {
            functions.function(index);
        }
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum: self.elements,
            maximum: None,
            table64: false,
            shared: false,
        });
        let mut memories = MemorySection::new();
        let minimum = 1 + self.pages;
        memories.memory(MemoryType {
            minimum,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("init", ExportKind::Func, 1);
        exports.export("call", ExportKind::Func, 2);
        exports.export("realloc", ExportKind::Func, 3);
        let mut code = CodeSection::new();
        // Zeros stand at 16: they say that all is well and nothing returned.
        let answer = [Instruction::I32Const(16)];
        for (body, result) in [
            (&self.start[..], &[][..]),
            (&self.init, &answer),
            (&[], &answer),
            (&self.realloc, &[Instruction::I32Const(1024)]),
        ] {
            let mut function = Function::new([]);
            for instruction in body.iter().chain(result).chain([&Instruction::End]) {
                function.instruction(instruction);
            }
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&tables).section(&memories).section(&exports);
        if !self.start.is_empty() {
            module.section(&StartSection { function_index: 0 });
        }
        module.section(&code);
        module
    }

    /// The component around it.
    pub fn component(&self) -> Vec<u8> {
        self.recipe("buildout:recipe", WIT)
    }

    /// A component that was made for another border.
    pub fn recipe(&self, package: &str, version: &str) -> Vec<u8> {
        let string = ComponentValType::Primitive(PrimitiveValType::String);
        let mut component = Component::new();

        // The record `error`, which the border defines: type 1.
        let mut types = InstanceType::new();
        types.ty().defined_type().tuple([string, string]);
        types.ty().defined_type().list(ComponentValType::Type(0));
        let details = ComponentValType::Type(1);
        types.ty().defined_type().record([("kind", string), ("message", string), ("details", details)]);
        types.export("error", ComponentTypeRef::Type(TypeBounds::Eq(2)));
        let mut section = ComponentTypeSection::new();
        section.instance(&types);
        component.section(&section);
        let mut imports = ComponentImportSection::new();
        imports.import(&format!("{package}/types@{version}"), ComponentTypeRef::Instance(0));
        component.section(&imports);
        let mut aliases = ComponentAliasSection::new();
        aliases.alias(Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Type, name: "error" });
        component.section(&aliases);

        // The module, instantiated; the last instance is the one that is called.
        component.section(&ModuleSection(&self.module()));
        let mut instances = InstanceSection::new();
        for _ in 0..=self.more {
            instances.instantiate(0, [] as [(&str, ModuleArg); 0]);
        }
        component.section(&instances);
        let instance = u32::try_from(self.more).expect("a test makes no more instances than that");
        let mut aliases = ComponentAliasSection::new();
        for (kind, name) in [
            (ExportKind::Memory, "memory"),
            (ExportKind::Func, "realloc"),
            (ExportKind::Func, "init"),
            (ExportKind::Func, "call"),
        ] {
            aliases.alias(Alias::CoreInstanceExport { instance, kind, name });
        }
        component.section(&aliases);

        // The four calls: types 4 and 6.
        let mut types = ComponentTypeSection::new();
        types.defined_type().list(string);
        let error = Some(ComponentValType::Type(1));
        types.defined_type().result(None, error);
        types.function().params([("entry", string)]).result(Some(ComponentValType::Type(3)));
        types.defined_type().result(Some(ComponentValType::Type(2)), error);
        types.function().params([("entry", string)]).result(Some(ComponentValType::Type(5)));
        component.section(&types);
        let options = [CanonicalOption::Memory(0), CanonicalOption::Realloc(0), CanonicalOption::UTF8];
        let mut functions = CanonicalFunctionSection::new();
        functions.lift(1, 4, options).lift(2, 6, options).lift(2, 4, options);
        component.section(&functions);
        let mut instances = ComponentInstanceSection::new();
        instances.export_items(
            [("init", 0), ("install", 1), ("update", 1), ("uninstall", 2)]
                .map(|(name, index)| (name, ComponentExportKind::Func, index)),
        );
        component.section(&instances);
        let mut exports = ComponentExportSection::new();
        exports.export(&format!("{package}/part@{version}"), ComponentExportKind::Instance, 1, None);
        component.section(&exports);
        component.finish()
    }
}

/// The same component with a `recipe.toml` behind it.
pub fn described(mut component: Vec<u8>, text: &str) -> Vec<u8> {
    let mut module = Module::new();
    module.section(&CustomSection {
        name: Cow::Borrowed("buildout:recipe"),
        data: Cow::Borrowed(text.as_bytes()),
    });
    // Behind the eight bytes that say what a file is, a section is the same everywhere.
    component.extend_from_slice(&module.finish()[8..]);
    component
}

/// A core module, which is no component.
pub fn core_module() -> Vec<u8> {
    Core::default().module().finish()
}

/// A component that needs an interface which nobody offers, and exports nothing.
pub fn needy(interface: &str) -> Vec<u8> {
    let mut instance = InstanceType::new();
    instance.ty().function().params([] as [(&str, ComponentValType); 0]).result(None);
    instance.export("go", ComponentTypeRef::Func(0));
    let mut types = ComponentTypeSection::new();
    types.instance(&instance);
    let mut imports = ComponentImportSection::new();
    imports.import(interface, ComponentTypeRef::Instance(0));
    let mut component = Component::new();
    component.section(&types).section(&imports);
    component.finish()
}
