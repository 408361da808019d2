/* combiner: normalisation of attribute values, and which attributes are written */

#include <math.h>
#include <stdint.h>
#include <unistd.h>

#include "combiner/attributes.h"
#include "tap.h"

static const struct mode plain = { false, false }, compat = { true, false }, exact = { false, true };

static uint32_t
bits(float f)
{
	uint32_t u;

	memcpy(&u, &f, sizeof(u));
	return u;
}

static struct ncatt
number(nc_type type, double v)
{
	struct ncatt a = { .type = type, .len = 1, .number = v };

	return a;
}

static void
test_rounding(void)
{
	static const struct { float in; uint32_t in_bits, out_bits; } v[] = {
		{ 43.123456f, 0x422c7e6b, 0x422c7e77 }, { -171.23456f, 0xc32b3c0c, 0xc32b3c29 },
		{ 179.99999f, 0x4333ffff, 0x43340000 }, { -0.0123456f, 0xbc4a4533, 0xbc4a4533 },
		{ 0.0123456789f, 0x3c4a4588, 0x3c4a459e }, { 0.005f, 0x3ba3d70a, 0x3ba3d70a },
		{ 0.0002f, 0x3951b717, 0x3951b717 }, { 31.98157f, 0x41ffda41, 0x41ffda51 },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct ncatt a = number(NC_FLOAT, (double)v[i].in);
		struct value n = attributes_normal(&a, &plain);

		is_int(bits(v[i].in), v[i].in_bits, "%g as input", (double)v[i].in);
		is_int(bits((float)n.number), v[i].out_bits, "%g to 6 digits", (double)v[i].in);
		is_int(bits(attributes_real(&a, &compat)), v[i].out_bits, "%g as global attribute", (double)v[i].in);
		n = attributes_normal(&a, &exact);
		is_int(bits((float)n.number), v[i].in_bits, "%g exactly", (double)v[i].in);
	}
}

static void
test_types(void)
{
	struct ncatt a = number(NC_DOUBLE, 0.0002);
	struct value v = attributes_normal(&a, &compat);

	is_int(v.type, NC_NAT, "the reference does not see doubles");
	v = attributes_normal(&a, &plain);
	ok(v.type == NC_FLOAT && (float)v.number == 0.0002f, "a double becomes a float");
	a = number(NC_DOUBLE, 12.3456789012);
	ok(attributes_real(&a, &plain) == 12.345679f, "bounding box of type double: 8 digits");
	a = number(NC_SHORT, -32767);
	v = attributes_normal(&a, &compat);
	ok(v.type == NC_SHORT && v.number == -32767.0, "a short stays");
	a = number(NC_BYTE, -1);
	v = attributes_normal(&a, &compat);
	ok(v.type == NC_BYTE && v.number == -1.0, "a byte stays");
	a = number(NC_UBYTE, 255);
	is_int(attributes_normal(&a, &compat).type, NC_NAT, "the reference does not see unsigned bytes");
	is_int(attributes_normal(&a, &plain).type, NC_INT, "but they are read");
	a = number(NC_CHAR, 0);
	ok(isnan(attributes_real(&a, &plain)), "a text is no number");
}

static void
text(const char *in, size_t len, const char *reference, const char *ours)
{
	struct ncatt a = { .type = NC_CHAR, .len = len, .number = (unsigned char)in[0] };
	struct value v;

	/* as ncf_att leaves it: trimmed */
	(void)snprintf(a.text, sizeof(a.text), "%s", strcmp(in, " ") == 0 ? "" : in);
	v = attributes_normal(&a, &compat);
	is_str(v.text, reference, "'%s' as the reference has it", in);
	(void)snprintf(a.text, sizeof(a.text), "%s", strcmp(in, " ") == 0 ? "" : in);
	v = attributes_normal(&a, &plain);
	is_str(v.text, ours, "'%s' verbatim", in);
}

static void
test_texts(void)
{
	text("degree_C", 8, "degree_C", "degree_C");
	text("K", 1, "75b", "K");
	text("K", 2, "K", "K");		/* with a NUL behind */
	text("a | b", 5, "a ", "a | b");
	text("|b", 2, " ", "|b");
	text("", 0, " ", NULL);
	text(" ", 1, "32b", NULL);
}

static void
check(int rc)
{
	if (rc == NC_NOERR)
		return;
	give_up("%s", nc_strerror(rc));
}

static const struct variable *
spec(const char *name)
{
	const struct variable *v;

	for (size_t i = 0; (v = variables_at(i)) != NULL; i++)
		if (strcmp(v->name, name) == 0)
			return v;
	abort();
}

static int nc, var;

/* A variable without attributes in a file in memory. */
static void
begin(nc_type type)
{
	check(nc_create("attributes-test", NC_DISKLESS | NC_NETCDF4, &nc));
	check(nc_def_var(nc, "v", type, 0, NULL, &var));
}

static struct attributes
end(const char *name, const struct mode *m)
{
	struct attributes a = {0};
	struct strlist notes = {0};
	struct err e = {0};

	ok(attributes_read(nc, var, "file: v", spec(name), m, &a, &notes, &e) == 0, "%s %s", name, e.msg);
	strlist_free(&notes);
	check(nc_close(nc));
	return a;
}

static void
put(const char *name, nc_type type, double v)
{
	switch (type) {
	case NC_SHORT: check(nc_put_att_short(nc, var, name, type, 1, (short[]){ (short)v })); break;
	case NC_BYTE: check(nc_put_att_schar(nc, var, name, type, 1, (signed char[]){ (signed char)v })); break;
	default: check(nc_put_att_double(nc, var, name, type, 1, &v)); break;
	}
}

static void
test_rules(void)
{
	struct attributes a;

	begin(NC_SHORT);
	a = end("sst", &plain);
	ok(a.att[ATT_FILL].type == NC_NAT && a.att[ATT_MIN].type == NC_NAT, "nothing there: nothing written");
	begin(NC_SHORT);
	a = end("sst", &compat);
	ok(a.att[ATT_FILL].type == NC_SHORT && a.att[ATT_FILL].v.s == 0 && a.att[ATT_MAX].type == NC_SHORT &&
	    a.att[ATT_MAX].v.s == 0, "the reference writes zeros");
	ok(a.att[ATT_SCALE].type == NC_NAT && a.att[ATT_UNITS].type == NC_NAT, "but only for fill and range");

	begin(NC_FLOAT);
	put("valid_min", NC_FLOAT, 0);
	put("valid_max", NC_DOUBLE, 50);
	a = end("chlor_a", &compat);
	ok(a.att[ATT_MIN].v.f == 0.001f, "chlor_a: a zero minimum becomes 0.001");
	ok(a.att[ATT_MAX].v.f == 100.0f, "chlor_a: a maximum of type double is not seen");
	ok(a.att[ATT_FILL].v.f == -32767.0f && a.att[ATT_SCALE].v.f == 1.0f && a.att[ATT_OFFSET].v.f == 0.0f,
	    "chlor_a: defaults");
	begin(NC_FLOAT);
	put("valid_max", NC_DOUBLE, 50);
	a = end("chlor_a", &plain);
	ok(a.att[ATT_MAX].type == NC_FLOAT && a.att[ATT_MAX].v.f == 50.0f, "chlor_a: but it is by default");

	begin(NC_SHORT);
	put("scale_factor", NC_FLOAT, 0.0002f);
	a = end("K_490", &compat);
	ok(a.att[ATT_SCALE].v.f == 0.0002f && a.att[ATT_FILL].v.s == -32767 && a.att[ATT_MIN].v.s == 50 &&
	    a.att[ATT_MAX].v.s == 30000 && a.att[ATT_MAX].type == NC_SHORT, "K_490: defaults");
	begin(NC_SHORT);
	put("scale_factor", NC_DOUBLE, 0.0002);
	a = end("K_490", &compat);
	ok(a.att[ATT_SCALE].v.f == 1.0f, "K_490: a scale of type double is taken for 1 by the reference");

	begin(NC_BYTE);
	put("_FillValue", NC_BYTE, -1);
	put("valid_max", NC_SHORT, 5);
	a = end("qual_sst", &compat);
	is_str(a.att[ATT_UNITS].text, "none", "qual_sst: units none");
	ok(a.att[ATT_FILL].type == NC_BYTE && a.att[ATT_FILL].v.b == -1, "qual_sst: fill -1b");
	ok(a.att[ATT_MAX].type == NC_BYTE && a.att[ATT_MAX].v.b == 5, "range in the variable's type");
	ok(a.att[ATT_SCALE].v.f == 1.0f && a.att[ATT_OFFSET].v.f == 0.0f, "qual_sst: scale 1, offset 0");
	attributes_fini(&a);

	begin(NC_INT);
	put("valid_min", NC_FLOAT, 1);
	put("scale_factor", NC_SHORT, 3);
	a = end("l2_flags", &plain);
	ok(a.att[ATT_MIN].type == NC_NAT && a.att[ATT_FILL].type == NC_NAT, "l2_flags: no range");
	ok(a.att[ATT_SCALE].type == NC_SHORT && a.att[ATT_SCALE].v.s == 3, "scale in its own type");
	is_str(a.att[ATT_UNITS].text, "none", "l2_flags: units none");
	attributes_fini(&a);
	attributes_fini(&a);
}

int
main(void)
{
	ncf_setup();
	test_rounding();
	test_types();
	test_texts();
	test_rules();
	return tap_done();
}
