#include "audio/engine.hpp"
