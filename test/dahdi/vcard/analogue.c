// SPDX-License-Identifier: GPL-2.0
/* The four lines between the FXS and the FXO ports. */
#include <linux/string.h>
#include <linux/uaccess.h>
#include "vcard.h"

/* As long as battery may be away before an FXO port tells of it as an alarm; wctdm24xxp's default (battalarm). */
#define BATTERY_ALARM_MS 1000

static struct vcard_line *line_of(struct dahdi_chan *chan)
{
	struct vcard_span *span = chan->pvt;

	return &span->card->lines[chan->chanpos - 1];
}

static int analogue_hooksig(struct dahdi_chan *chan, enum dahdi_txsig sig)
{
	struct vcard_span *span = chan->pvt;

	if (span->index == VCARD_FXS)
		line_of(chan)->feed = sig;
	else
		line_of(chan)->closed = sig == DAHDI_TXSIG_OFFHOOK || sig == DAHDI_TXSIG_START;
	return 0;
}

/* What a driver of FXS ports answers to, with wctdm's rules; FXO ports refuse all of it. */
static int analogue_ioctl(struct dahdi_chan *chan, unsigned int cmd, unsigned long data)
{
	struct vcard_span *span = chan->pvt;
	struct vcard_line *line = line_of(chan);
	struct dahdi_vmwi_info lamp;
	int value;

	switch (cmd) {
	case DAHDI_SETPOLARITY:
	case DAHDI_ONHOOKTRANSFER:
	case DAHDI_VMWI:
		if (span->index != VCARD_FXS)
			return -EINVAL;
		if (get_user(value, (int __user *)data))
			return -EFAULT;
		break;
	case DAHDI_VMWI_CONFIG:
		if (span->index != VCARD_FXS)
			return -EINVAL;
		return copy_from_user(&lamp, (void __user *)data, sizeof(lamp)) ? -EFAULT : 0;
	default:
		return -ENOTTY;
	}
	if (cmd == DAHDI_SETPOLARITY) {
		if (line->feed == DAHDI_TXSIG_START || line->feed == DAHDI_TXSIG_KEWL)
			return -EINVAL;
		line->reversed = value;
	} else if (cmd == DAHDI_ONHOOKTRANSFER) {
		line->transfer_ms = value;
	} else {
		line->waiting_lamp = value;
	}
	return 0;
}

/* What its user asked of a line ends with him: the next one finds it as it was at first, and nobody is told of a reversal for it. */
static int analogue_close(struct dahdi_chan *chan)
{
	struct vcard_span *span = chan->pvt;
	struct vcard_line *line = line_of(chan);

	if (span->index != VCARD_FXS)
		return 0;
	line->reversed = line->reversed_told = false;
	line->transfer_ms = 0;
	return 0;
}

static int analogue_startup(struct file *file, struct dahdi_span *span)
{
	span->alarms = 0;
	dahdi_alarm_notify(span);
	return 0;
}

static int analogue_shutdown(struct dahdi_span *span)
{
	return 0;
}

static int analogue_spanconfig(struct file *file, struct dahdi_span *span, struct dahdi_lineconfig *config)
{
	return 0;
}

static int analogue_chanconfig(struct file *file, struct dahdi_chan *chan, int sigtype)
{
	return 0;
}

const struct dahdi_span_ops vcard_analogue_ops = {
	.owner = THIS_MODULE,
	.hooksig = analogue_hooksig,
	.ioctl = analogue_ioctl,
	.close = analogue_close,
	.spanconfig = analogue_spanconfig,
	.chanconfig = analogue_chanconfig,
	.startup = analogue_startup,
	.shutdown = analogue_shutdown,
};

/* DAHDI ignores what it has been told already, and forgets it at STARTUP and CHANCONFIG; so it is told each time. */
static void tell_fxo(struct vcard_line *line, struct dahdi_chan *fxo)
{
	if (line->cut || line->feed == DAHDI_TXSIG_KEWL)
		dahdi_hooksig(fxo, DAHDI_RXSIG_ONHOOK);
	else if (line->feed == DAHDI_TXSIG_START && !line->mute_ringing)
		dahdi_hooksig(fxo, DAHDI_RXSIG_RING);
	else
		dahdi_hooksig(fxo, DAHDI_RXSIG_OFFHOOK);

	if (!line->cut && line->feed != DAHDI_TXSIG_KEWL)
		line->dead_ms = 0;
	else if (line->dead_ms < BATTERY_ALARM_MS)
		line->dead_ms++;
	dahdi_alarm_channel(fxo, line->dead_ms < BATTERY_ALARM_MS ? DAHDI_ALARM_NONE : DAHDI_ALARM_RED);

	if (line->reversed != line->reversed_told) {
		line->reversed_told = line->reversed;
		line->reversals++;
	}
	for (; line->reversals > 0; line->reversals--)
		if (!line->cut)
			dahdi_qevent_lock(fxo, DAHDI_EVENT_POLARITY);
}

static short saturated(int sample)
{
	return clamp(sample, -32767, 32767);
}

/* What the FXO port hears: the exchange, where its audio passes, and the line's own echo. */
static void carry_to_fxo(struct vcard_line *line, struct dahdi_chan *fxs, struct dahdi_chan *fxo)
{
	bool passes = !line->cut && (line->closed || line->transfer_ms > 0);
	const short *echo;
	int i, heard;

	for (i = 0; i < DAHDI_CHUNKSIZE; i++)
		line->sent[line->sent_chunk][i] = line->closed ? DAHDI_XLAW(fxo->writechunk[i], fxo) : 0;
	echo = line->sent[(line->sent_chunk + VCARD_MAX_DELAY_MS + 1 - line->echo_delay_ms) % (VCARD_MAX_DELAY_MS + 1)];
	line->sent_chunk = (line->sent_chunk + 1) % (VCARD_MAX_DELAY_MS + 1);
	if (!line->echo_shift && passes) {
		memcpy(fxo->readchunk, fxs->writechunk, DAHDI_CHUNKSIZE);
		return;
	}
	for (i = 0; i < DAHDI_CHUNKSIZE; i++) {
		heard = passes ? DAHDI_XLAW(fxs->writechunk[i], fxs) : 0;
		if (line->echo_shift)
			heard += echo[i] >> line->echo_shift;
		fxo->readchunk[i] = DAHDI_LIN2X(saturated(heard), fxo);
	}
}

static void carry_to_fxs(struct vcard_line *line, struct dahdi_chan *fxs, struct dahdi_chan *fxo)
{
	if (line->closed && !line->cut)
		memcpy(fxs->readchunk, fxo->writechunk, DAHDI_CHUNKSIZE);
	else
		memset(fxs->readchunk, DAHDI_LIN2X(0, fxs), DAHDI_CHUNKSIZE);
}

void vcard_analogue_tick(struct vcard *card)
{
	int i;

	for (i = 0; i < VCARD_LINES; i++) {
		struct vcard_line *line = &card->lines[i];
		struct dahdi_chan *fxs = card->spans[VCARD_FXS].chans[i];
		struct dahdi_chan *fxo = card->spans[VCARD_FXO].chans[i];

		tell_fxo(line, fxo);
		dahdi_hooksig(fxs, line->closed && !line->cut ? DAHDI_RXSIG_OFFHOOK : DAHDI_RXSIG_ONHOOK);
		carry_to_fxo(line, fxs, fxo);
		carry_to_fxs(line, fxs, fxo);
		if (line->transfer_ms > 0)
			line->transfer_ms--;
	}
}
