/*
	The linker script: where the firmware's parts lie. Each group of objects gets sections of its own, so that its size
	can be told. board/board.h has the symbols.
*/

import { basename } from "node:path";

/** Bytes of SRAM, of it the C stack; the SDK gives its task a stack of 10 KB, too. */
export const sramSize = 200 * 1024;
const stackSize = 10 * 1024;

export interface Group {
	readonly name: string;
	readonly objects: readonly string[];
}

/** Parts of the C library that only files need, and files are there only when ROM is made. */
const fileFunctions = [
	"fopen",
	"fgets",
	"fread",
	"fseek",
	"ftell",
	"rewind",
	"fclose",
	"fdopen",
	"bufio",
	"posixiob",
	"sflags",
	"semihost-open",
	"semihost-read",
	"semihost-lseek",
	"semihost-close",
	"semihost-cmdline",
	"semihost-get_cmdline",
];

/** What the running machine needs of all that. */
const kept = ["appModule", "appResource", "fxBuildArchiveKeys"];

/** Functions of the engine that make the built-ins. The clone of a prepared machine has none of them. */
const enginePreparation = [
	"fxBuild[A-GI-Z]*",
	"fxCreateMachine",
	"fxShareMachine",
	"fxShare",
	"fxRemapIDs",
	"fxRemapScript",
];

function rom(group: Group): string {
	const files = group.objects.length === 0 ? ["*"] : group.objects.map(object => `*${basename(object)}`);
	const each = (sections: string): string => files.map(file => `${file}(${sections})`).join("\n\t\t");
	return `
	.text.${group.name} : {
		${each(".text .text.*")}
	} >rom
	.rodata.${group.name} : {
		${each(".rodata .rodata.* .srodata .srodata.*")}
	} >rom`;
}

/** The script. `build` is for ROM's making alone. */
export function linkerScript(groups: readonly Group[], build: readonly string[]): string {
	return `ENTRY(_start)
MEMORY {
	rom (rx) : ORIGIN = 0x80000000, LENGTH = 4M
	sram (rw) : ORIGIN = 0x80800000, LENGTH = ${sramSize}
	build (rwx) : ORIGIN = 0x81000000, LENGTH = 8M
}
SECTIONS {
	__rom_start = ORIGIN(rom);
	.start : { KEEP(*(.start)) } >rom
	.text.kept : { *(${kept.map(name => `.text.${name}`).join(" ")}) } >rom
	.build : {
		__build_start = .;
		${build.map(object => `*${basename(object)}(.text .text.* .rodata .rodata.* .srodata .srodata.*)`).join("\n\t\t")}
		*(${enginePreparation.map(name => `.text.${name}`).join(" ")})
		${fileFunctions.map(name => `*:*${name}.c.o(.text .text.* .rodata .rodata.* .srodata .srodata.*)`).join("\n\t\t")}
		. = ALIGN(16);
		__build_ram = .;
	} >build
	__build_end = ORIGIN(build) + LENGTH(build);
	__build_stack = __build_end - 128K;
${[...groups, { name: "library", objects: [] }].map(rom).join("")}
	.stack (NOLOAD) : {
		__sram_start = .;
		__guard_start = . - 64K;
		. += ${stackSize};
		__stack_end = .;
	} >sram
	.data : {
		__data_start = .;
		*(.data .data.*)
		. = ALIGN(8);
		PROVIDE(__global_pointer$ = . + 0x800);
		*(.sdata .sdata.*)
		. = ALIGN(8);
		__tls_base = .;
		*(.tdata .tdata.*)
		. = ALIGN(8);
		__data_end = .;
	} >sram AT>rom
	__data_source = LOADADDR(.data);
	.bss (NOLOAD) : {
		__bss_start = .;
		*(.tbss .tbss.* .tcommon)
		*(.sbss .sbss.* .bss .bss.* COMMON)
		. = ALIGN(16);
		__bss_end = .;
		__heap_start = .;
	} >sram
	__heap_end = ORIGIN(sram) + LENGTH(sram);
	__sram_end = __heap_end;
	__preload_start = ALIGN(LOADADDR(.data) + SIZEOF(.data), 16);
	__preload_limit = ORIGIN(rom) + LENGTH(rom);
	/DISCARD/ : { *(.eh_frame .eh_frame.* .comment .note .note.* .riscv.attributes) }
}
`;
}
