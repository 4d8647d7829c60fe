// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vcard, write only, one word and its numbers at a time. LINE is 1 to 4, SPAN 1 to 6 in the card's own order.
 *
 *   pull | insert             the card out of its slot, and a new one in (its spans are to be configured again)
 *   alarm SPAN BITS           alarms of its receiver: DAHDI_ALARM_RED 8, BLUE 16, YELLOW 4; 0 clears
 *   d-loss SPAN PERCENT       of the D channel's frames that SPAN sends; 100 cuts it
 *   slips SPAN N              N more clock slips counted
 *   cut LINE 0|1              the wire
 *   reverse LINE              polarity, once
 *   mute-ringing LINE 0|1     the exchange rings, the wire does not carry it
 *   echo LINE SHIFT MS        of what the FXO port sends: SHIFT x 6 dB weaker, MS late; 0 0 ends it
 *   event LINE EVENT          any event of DAHDI's at the FXO port (hardware DTMF: 131072 + the digit's code)
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include "vcard.h"

struct fault {
	const char *word;
	enum { OF_LINE, OF_SPAN } of;
	int numbers; /* after LINE or SPAN */
	int (*inflict)(struct vcard *card, int which, int a, int b);
};

static int fault_alarm(struct vcard *card, int which, int bits, int unused)
{
	if (which < VCARD_BRI_NT)
		return -EINVAL;
	card->spans[which].forced_alarms = bits;
	vcard_alarms(&card->spans[which]);
	return 0;
}

static int fault_d_loss(struct vcard *card, int which, int percent, int unused)
{
	if (percent < 0 || percent > 100)
		return -EINVAL;
	card->spans[which].d_loss_percent = percent;
	card->spans[which].d_loss_sum = 0;
	return 0;
}

static int fault_slips(struct vcard *card, int which, int more, int unused)
{
	card->spans[which].span.count.timingslips += more;
	return 0;
}

static int fault_cut(struct vcard *card, int which, int cut, int unused)
{
	card->lines[which].cut = cut;
	return 0;
}

static int fault_reverse(struct vcard *card, int which, int unused, int unused_too)
{
	card->lines[which].reversals++;
	return 0;
}

static int fault_mute_ringing(struct vcard *card, int which, int mute, int unused)
{
	card->lines[which].mute_ringing = mute;
	return 0;
}

static int fault_echo(struct vcard *card, int which, int shift, int delay_ms)
{
	if (shift < 0 || shift > 15 || delay_ms < 0 || delay_ms > VCARD_MAX_DELAY_MS)
		return -EINVAL;
	card->lines[which].echo_delay_ms = delay_ms;
	card->lines[which].echo_shift = shift;
	return 0;
}

static int fault_event(struct vcard *card, int which, int event, int unused)
{
	dahdi_qevent_lock(card->spans[VCARD_FXO].chans[which], event);
	return 0;
}

static const struct fault faults[] = {
	{ "alarm", OF_SPAN, 1, fault_alarm },
	{ "d-loss", OF_SPAN, 1, fault_d_loss },
	{ "slips", OF_SPAN, 1, fault_slips },
	{ "cut", OF_LINE, 1, fault_cut },
	{ "reverse", OF_LINE, 0, fault_reverse },
	{ "mute-ringing", OF_LINE, 1, fault_mute_ringing },
	{ "echo", OF_LINE, 2, fault_echo },
	{ "event", OF_LINE, 1, fault_event },
};

static int inflict(const char *text)
{
	struct vcard *card = vcard_present();
	char word[16];
	int which = 0, a = 0, b = 0, given, i;

	given = sscanf(text, "%15s %d %d %d", word, &which, &a, &b);
	if (given == 1 && !strcmp(word, "insert"))
		return vcard_insert();
	if (!card)
		return -ENODEV;
	if (given == 1 && !strcmp(word, "pull")) {
		vcard_pull();
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(word, faults[i].word))
			continue;
		if (given != 2 + faults[i].numbers || which < 1 || which > (faults[i].of == OF_LINE ? VCARD_LINES : VCARD_SPANS))
			return -EINVAL;
		return faults[i].inflict(card, which - 1, a, b);
	}
	return -EINVAL;
}

static ssize_t faults_write(struct file *file, const char __user *data, size_t size, loff_t *offset)
{
	char text[64];
	int result;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, data, size))
		return -EFAULT;
	text[size] = 0;
	mutex_lock(&vcard_lock);
	result = inflict(text);
	mutex_unlock(&vcard_lock);
	return result ? result : size;
}

static const struct proc_ops faults_ops = { .proc_write = faults_write };

int vcard_faults_init(void)
{
	return proc_create("vcard", 0200, NULL, &faults_ops) ? 0 : -ENOMEM;
}

void vcard_faults_exit(void)
{
	remove_proc_entry("vcard", NULL);
}
