// SPDX-License-Identifier: GPL-2.0
/* The ISDN spans: B-channels, D channels by hardware HDLC, alarms. */
#include <linux/string.h>
#include "vcard.h"

/* A receiver that has no signal sees idle octets. */
#define IDLE_OCTET 0xff
#define NO_SIGNAL (DAHDI_ALARM_RED | DAHDI_ALARM_BLUE)

static struct vcard_span *to_vcard(struct dahdi_span *span)
{
	return container_of(span, struct vcard_span, span);
}

static int alarms_of(struct vcard_span *span)
{
	struct vcard_span *peer = vcard_peer(span);
	int own = span->forced_alarms | (peer->running ? 0 : DAHDI_ALARM_RED);
	int far = peer->forced_alarms | (span->running ? 0 : DAHDI_ALARM_RED);

	/* Who gets no signal tells the far end so (remote alarm indication); who gets none either cannot be told. */
	if ((far & NO_SIGNAL) && !(own & NO_SIGNAL))
		own |= DAHDI_ALARM_YELLOW;
	return own;
}

static void set_alarms(struct vcard_span *span)
{
	/* One that is not running is not looked at by its driver. */
	if (!span->running)
		return;
	span->span.alarms = alarms_of(span);
	dahdi_alarm_notify(&span->span);
}

void vcard_alarms(struct vcard_span *span)
{
	set_alarms(span);
	set_alarms(vcard_peer(span));
}

static int digital_chanconfig(struct file *file, struct dahdi_chan *chan, int sigtype)
{
	struct vcard_span *span = chan->pvt;

	if (sigtype == DAHDI_SIG_HARDHDLC)
		span->d_channel = chan;
	else if (span->d_channel == chan)
		span->d_channel = NULL;
	return 0;
}

static int digital_spanconfig(struct file *file, struct dahdi_span *span, struct dahdi_lineconfig *config)
{
	return 0;
}

static int digital_startup(struct file *file, struct dahdi_span *span)
{
	to_vcard(span)->running = true;
	vcard_alarms(to_vcard(span));
	return 0;
}

static int digital_shutdown(struct dahdi_span *span)
{
	to_vcard(span)->running = false;
	span->flags &= ~DAHDI_FLAG_RUNNING;
	vcard_alarms(to_vcard(span));
	return 0;
}

static void digital_hdlc_hard_xmit(struct dahdi_chan *chan)
{
	struct vcard_span *span = chan->pvt;

	if (span->d_channel == chan)
		atomic_set(&span->d_waiting, 1);
}

const struct dahdi_span_ops vcard_digital_ops = {
	.owner = THIS_MODULE,
	.hdlc_hard_xmit = digital_hdlc_hard_xmit,
	.spanconfig = digital_spanconfig,
	.chanconfig = digital_chanconfig,
	.startup = digital_startup,
	.shutdown = digital_shutdown,
};

static bool has_signal(struct vcard_span *span)
{
	return span->running && !(span->span.alarms & NO_SIGNAL);
}

/* Spreads the losses evenly: the same run loses the same frames. */
static bool loses_frame(struct vcard_span *from)
{
	from->d_loss_sum += from->d_loss_percent;
	if (from->d_loss_sum < 100)
		return false;
	from->d_loss_sum -= 100;
	return true;
}

static void carry_frames(struct vcard_span *from)
{
	static unsigned char fcs[2];
	struct vcard_span *to = vcard_peer(from);
	unsigned char octets[64];
	unsigned int size;
	int end = 1; /* of a frame; -1: nothing more waits */

	if (!from->d_channel || !atomic_xchg(&from->d_waiting, 0))
		return;
	do {
		if (end == 1)
			from->d_dropping = loses_frame(from);
		size = sizeof(octets);
		end = dahdi_hdlc_getbuf(from->d_channel, octets, &size);
		if (!size || from->d_dropping || !to->d_channel || !has_signal(to))
			continue;
		dahdi_hdlc_putbuf(to->d_channel, octets, size);
		if (end == 0)
			continue;
		dahdi_hdlc_putbuf(to->d_channel, fcs, sizeof(fcs));
		dahdi_hdlc_finish(to->d_channel);
	} while (end != -1);
}

static void carry_audio(struct vcard_span *from, struct vcard_span *to)
{
	bool signal = has_signal(to);
	int i;

	for (i = 0; i < to->span.channels; i++) {
		if (signal)
			memcpy(to->chans[i]->readchunk, from->chans[i]->writechunk, DAHDI_CHUNKSIZE);
		else
			memset(to->chans[i]->readchunk, IDLE_OCTET, DAHDI_CHUNKSIZE);
	}
}

void vcard_digital_tick(struct vcard *card)
{
	int i;

	for (i = VCARD_BRI_NT; i < VCARD_SPANS; i++) {
		carry_audio(&card->spans[i], &card->spans[i ^ 1]);
		carry_frames(&card->spans[i]);
	}
}
