# shellcheck shell=sh disable=SC2034
# slurm.sh - a Slurm cluster of one node for a test, on loopback; source it after lib.sh
#
#	slurm_start [LINE...]	start munged, slurmctld and slurmd, LINEs added to slurm.conf; skip_all without Slurm.
#				Sets and exports $SLURM_CONF; $slurm is the directory of everything they write
#	slurm_idle [SECONDS]	wait until no job is left in the queue (default 30)
#	slurm_stop		end all jobs and the daemons; a test that ends otherwise stops the daemons only

_slurm_ports() {
	"$python" -c 'import socket
s = [socket.socket() for i in range(2)]
for x in s:
	x.bind(("127.0.0.1", 0))
print(*(x.getsockname()[1] for x in s))'
}

_slurm_conf() {
	_host=$(hostname -s)
	# shellcheck disable=SC2046
	set -- "$_host" $(_slurm_ports)
	cat <<-!
	ClusterName=generate
	SlurmctldHost=$1(127.0.0.1)
	SlurmctldPort=$2
	SlurmdPort=$3
	AuthType=auth/munge
	AuthInfo=socket=$slurm/munge.socket
	CredType=cred/munge
	SlurmUser=$(id -un)
	SlurmdUser=$(id -un)
	StateSaveLocation=$slurm/state
	SlurmdSpoolDir=$slurm/spool
	SlurmctldPidFile=$slurm/slurmctld.pid
	SlurmdPidFile=$slurm/slurmd.pid
	SlurmctldLogFile=$slurm/slurmctld.log
	SlurmdLogFile=$slurm/slurmd.log
	MailProg=/bin/true
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	SelectType=select/cons_tres
	SelectTypeParameters=CR_Core
	SchedulerParameters=sched_interval=1,sched_min_interval=100000,batch_sched_delay=0
	JobAcctGatherType=jobacct_gather/none
	AccountingStorageType=accounting_storage/none
	MpiDefault=none
	ReturnToService=2
	SlurmdParameters=config_overrides
	KillWait=5
	NodeName=$1 NodeAddr=127.0.0.1 CPUs=4 RealMemory=16000
	PartitionName=test Nodes=$1 Default=YES MaxTime=INFINITE State=UP
	!
}

_slurm_up() {
	[ "$(sinfo -h -o %T 2>/dev/null)" = idle ]
}

slurm_start() {
	need sbatch squeue scancel scontrol sinfo munged slurmctld slurmd
	PATH=$PATH:/usr/sbin
	slurm=$_scratch/slurm
	mkdir -p "$slurm/state" "$slurm/spool"
	head -c 1024 /dev/urandom >"$slurm/munge.key"
	chmod 600 "$slurm/munge.key"
	_slurm_conf >"$slurm/slurm.conf"
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$slurm/slurm.conf"
	# Nothing here needs control groups. Named, this plugin asks for none; found by itself it must be mounted.
	echo CgroupPlugin=cgroup/v1 >"$slurm/cgroup.conf"
	SLURM_CONF=$slurm/slurm.conf
	export SLURM_CONF
	# --force: the scratch directory is private, and the socket with it
	background munged --foreground --force --key-file="$slurm/munge.key" --socket="$slurm/munge.socket" \
		--pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" --seed-file="$slurm/munge.seed" \
		>"$slurm/munged.out" 2>&1
	_munged=$pid
	wait_for test -S "$slurm/munge.socket" || give_up "munged: $(cat "$slurm/munged.out")"
	background slurmctld -D >"$slurm/slurmctld.out" 2>&1
	_slurmctld=$pid
	background slurmd -D -N "$(hostname -s)" >"$slurm/slurmd.out" 2>&1
	_slurmd=$pid
	WAIT_LIMIT=30 wait_for _slurm_up || give_up "Slurm does not come up: $(tail -n 5 "$slurm"/slurm*.log)"
}

_slurm_empty() {
	[ -z "$(squeue -h -o %i)" ]
}

slurm_idle() {
	WAIT_LIMIT=${1:-30} wait_for _slurm_empty
}

slurm_stop() {
	scancel -u "$(id -un)" 2>/dev/null
	slurm_idle 10
	stop "$_slurmd"
	stop "$_slurmctld"
	stop "$_munged"
}
