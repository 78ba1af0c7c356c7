# SPDX-License-Identifier: MIT
# bash completion for locklore

_locklore()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word
	local common='--db --config --format --all --verbose --quiet --color --fail-on --help --version'

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		index|check|ask|deadlocks|diff|review|doc|explain|scan|help) command=$word; break ;;
		esac
	done
	case $prev in
	--format) COMPREPLY=($(compgen -W 'text json mail markdown md rst' -- "$cur")); return ;;
	--export) COMPREPLY=($(compgen -W 'lockdep clang' -- "$cur")); return ;;
	--fail-on) COMPREPLY=($(compgen -W 'error warning note never' -- "$cur")); return ;;
	--db|--config|-p) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--root) COMPREPLY=($(compgen -d -- "$cur")); return ;;
	--launcher) COMPREPLY=($(compgen -W 'distcc icecc ccache' -- "$cur")); return ;;
	esac
	case $command in
	'') COMPREPLY=($(compgen -W "index check ask deadlocks diff review doc explain scan help $common" -- "$cur")) ;;
	help) COMPREPLY=($(compgen -W 'index check ask deadlocks diff review doc explain scan' -- "$cur")) ;;
	*)
		case $cur in
		-*)
			case $command in
			index) common="$common -p --only --root --jobs --launcher --no-wait" ;;
			diff) common="$common -p --only --root --jobs --launcher --no-wait" ;;
			scan) common="$common --doc --only --root --jobs --launcher" ;;
			check) common="$common --rule --old --new" ;;
			review) common="$common --doc --no-blame" ;;
			doc) common="$common --export" ;;
			explain) common="$common --doc" ;;
			esac
			COMPREPLY=($(compgen -W "$common" -- "$cur")) ;;
		*) COMPREPLY=($(compgen -f -- "$cur")) ;;
		esac ;;
	esac
}
complete -o filenames -F _locklore locklore
