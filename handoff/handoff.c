int handoff_placeholder(void); int handoff_placeholder(void){return 0;}
