/* SPDX-License-Identifier: MIT */
/*
 * Bytes to a module that is ready to be translated.  A file that LLVM cannot read gives one line
 * that names it and says what to do, also where LLVM would rather abort.
 */
#include <llvm-c/BitReader.h>

#include "bitcode/fatal.h"

#define NEED "compile with clang " LLVM_VERSION_STRING " or an older one, -g -emit-llvm -c"

enum { TEXT = 512 };

static void on_diagnostic(LLVMDiagnosticInfoRef info, void *ctx)
{
	char *text = ctx, *s;

	if (LLVMGetDiagInfoSeverity(info) != LLVMDSError || text[0])
		return;
	s = LLVMGetDiagInfoDescription(info);
	fatal_one_line(text, TEXT, s);
	LLVMDisposeMessage(s);
}

static bool looks_like_bitcode(const unsigned char *p, size_t n)
{
	static const unsigned char raw[] = { 'B', 'C', 0xc0, 0xde },
				   wrapped[] = { 0xde, 0xc0, 0x17, 0x0b };

	return n >= 4 && (!memcmp(p, raw, 4) || !memcmp(p, wrapped, 4));
}

static bool parse(struct bc *bc, const char *path, const char *data, size_t bytes, struct diag *d)
{
	LLVMMemoryBufferRef mem = LLVMCreateMemoryBufferWithMemoryRange(data, bytes, path, 0);
	char text[TEXT] = "";
	LLVMBool failed;

	LLVMContextSetDiagnosticHandler(bc->ctx, on_diagnostic, text);
	failed = LLVMParseBitcodeInContext2(bc->ctx, mem, &bc->mod);
	LLVMContextSetDiagnosticHandler(bc->ctx, NULL, NULL);
	LLVMDisposeMemoryBuffer(mem);
	if (!failed)
		return true;
	bc->mod = NULL;
	return diag_set(d, path, 0, "broken bitcode, or of a newer LLVM (%s): " NEED,
			text[0] ? text : "no reason given");
}

static void name_source(struct bc *bc)
{
	unsigned n = LLVMGetNamedMetadataNumOperands(bc->mod, "llvm.dbg.cu");
	LLVMValueRef *units = xcalloc(n, sizeof(*units));

	LLVMGetNamedMetadataOperands(bc->mod, "llvm.dbg.cu", units);
	bc->unit = LLVMValueAsMetadata(units[0]);
	bc->u->source = debug_file(bc, bc->unit);
	free(units);
}

static bool read_guarded(struct bc *bc, const char *path, const char *data, size_t bytes,
			 struct diag *d)
{
	struct fatal f = { .path = path };
	bool ok;

	fatal_enter(&f);
	if (setjmp(f.back)) {
		bc->mod = NULL; /* half built: not to be touched again */
		bc->ctx = NULL;
		return diag_set(d, path, 0, "broken bitcode, or of a newer LLVM (%s): " NEED,
				f.text);
	}
	ok = parse(bc, path, data, bytes, d);
	if (ok && !LLVMGetNamedMetadataNumOperands(bc->mod, "llvm.dbg.cu"))
		ok = diag_set(d, path, 0, "no debug info in this bitcode: compile it with -g");
	if (ok)
		name_source(bc);
	ok = ok && inline_guards(bc, path, d);
	fatal_leave();
	return ok;
}

static unsigned intrinsic(const char *name)
{
	return LLVMLookupIntrinsicID(name, strlen(name));
}

static void look_up(struct bc *bc)
{
	LLVMDIBuilderRef b = LLVMCreateDIBuilder(bc->mod);

	bc->no_expr = LLVMDIBuilderCreateExpression(b, NULL, 0);
	LLVMDisposeDIBuilder(b);
	bc->dbg_value = intrinsic("llvm.dbg.value");
	bc->dbg_declare = intrinsic("llvm.dbg.declare");
	bc->expect = intrinsic("llvm.expect");
	bc->is_constant = intrinsic("llvm.is.constant");
	bc->layout = LLVMGetModuleDataLayout(bc->mod);
#if LLVM_VERSION_MAJOR == 19 || LLVM_VERSION_MAJOR == 20
	/* variables as calls again: the C API cannot read records */
	LLVMSetIsNewDbgInfoFormat(bc->mod, 0);
#endif
}

bool module_load(struct bc *bc, const char *path, struct diag *d)
{
	char *data;
	size_t bytes;
	bool ok;

	if (!file_read(path, &data, &bytes, d))
		return false;
	bc->ctx = LLVMContextCreate();
	if (looks_like_bitcode((unsigned char *)data, bytes))
		ok = read_guarded(bc, path, data, bytes, d);
	else
		ok = diag_set(d, path, 0, "%s: " NEED, bytes ? "not LLVM bitcode" : "empty file");
	free(data);
	if (ok)
		look_up(bc);
	return ok;
}

void module_free(struct bc *bc)
{
	if (bc->mod)
		LLVMDisposeModule(bc->mod);
	if (bc->ctx)
		LLVMContextDispose(bc->ctx);
}

const char *bitcode_version(void)
{
	return "LLVM " LLVM_VERSION_STRING;
}
